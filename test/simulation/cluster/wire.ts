import type { NodeRequest } from "../../../src/transport/transport.ts";
import type { Chance } from "../kernel/chance.ts";
import type { History } from "../kernel/history.ts";
import type { Timeline } from "../kernel/timeline.ts";
import type { Network } from "./network.ts";
import type { SimulatedNode } from "./simulated-node.ts";

/** What the requests of all processes travel through. */
export interface Wire {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly history: History;
  readonly network: Network;
  readonly nodesById: ReadonlyMap<string, SimulatedNode>;
  /** When a process last asked a node for its records and was answered, by both names. */
  readonly recordsReadAtMs: Map<string, number>;
  /** Longest time from when a request is sent to when it arrives, if it does, in milliseconds. */
  readonly latestLandingMs: number;
  /** Called for every request that a node is handed. */
  onLanding: (request: NodeRequest, caller: Caller) => void;
  /** Called for every request whose connection broke although it will land. */
  onLate: (request: NodeRequest, caller: Caller) => void;
}

/** Whose requests they are. */
export interface Caller {
  readonly name: string;
  /** Runs something in the process, when it can. */
  wake(run: () => void): void;
  /** What it waits for before a write leaves it; undefined when for nothing. */
  beforeWrite(): Promise<void> | undefined;
}
