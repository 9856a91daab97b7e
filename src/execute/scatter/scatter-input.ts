import type { NodeInfo } from "../../core/types.ts";
import type { Cover } from "../../routing/cover.ts";
import type { Fleet, OperationClass } from "../../select/fleet.ts";
import type { Hedging } from "../../select/hedging.ts";
import type { NodeRequest, NodeResponse, Transport } from "../../transport/transport.ts";
import type { Clock } from "../../util/clock.ts";
import type { Random } from "../../util/random.ts";
import type { Deadline } from "../deadline.ts";
import type { HealthMonitor } from "../health-monitor.ts";

/** What to ask of whom. */
export interface ScatterInput {
  readonly shards: readonly number[];
  readonly operation: OperationClass;
  /** Chooses a replica for every shard, never one of the excluded nodes. */
  cover(shards: readonly number[], exclude: ReadonlySet<string>): Cover;
  /** Whether a cover of these shards would leave none of them uncovered. */
  isCoverable(shards: readonly number[], exclude: ReadonlySet<string>): boolean;
  /** The request that a node is sent for its shards. */
  request(node: NodeInfo, shards: readonly number[]): NodeRequest;
  /** Whether a 4xx answer is the node's own fault (it lacks an index it should have), so that another is asked. */
  isNodeFault?(response: NodeResponse, node: NodeInfo): boolean;
}

/** What a scatter runs on. */
export interface ScatterContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Pick<Random, "fraction">;
  readonly deadline: Deadline;
  readonly health: HealthMonitor;
  readonly fleet: Fleet;
  /** Absent when slow nodes are waited for. */
  readonly hedging?: Hedging | undefined;
  readonly nodesById: ReadonlyMap<string, NodeInfo>;
  /** Longest wait for a node while another replica could answer, in milliseconds. */
  readonly attemptTimeoutMs: number;
}
