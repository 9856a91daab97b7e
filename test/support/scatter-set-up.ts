import type { NodeInfo } from "../../src/core/types.ts";
import { Deadline } from "../../src/execute/deadline.ts";
import { HealthMonitor } from "../../src/execute/health-monitor.ts";
import { type ScatterInput, type ScatterResult, scatter } from "../../src/execute/scatter.ts";
import { coverShards, isCoverable, type Usability } from "../../src/routing/cover.ts";
import { Fleet } from "../../src/select/fleet.ts";
import { NodeHealth } from "../../src/select/health.ts";
import { Hedging, type HedgingOptions } from "../../src/select/hedging.ts";
import type { NodeRequest } from "../../src/transport/transport.ts";
import { FakeClock } from "./fake-clock.ts";
import { answer, MemoryTransport, memoryNode, type Script } from "./memory-transport.ts";

/** Four shards on three nodes, each on two of them. */
const TABLE = [
  ["a", "b"],
  ["b", "c"],
  ["c", "a"],
  ["a", "b"],
];

/** What a scatter over nodes in memory is made of. */
export interface ScatterSetup {
  readonly table?: readonly (readonly string[])[];
  readonly timeoutMs?: number;
  readonly probe?: (node: NodeInfo) => Promise<void>;
  readonly suspects?: readonly string[];
  readonly indebted?: readonly string[];
  readonly hedging?: HedgingOptions;
  readonly isNodeFault?: NonNullable<ScatterInput["isNodeFault"]>;
}

/** A scatter over nodes that do as a script says; time stands still until it is told to go on. */
export function setUpScatter(script: Script, setup: ScatterSetup = {}) {
  const clock = new FakeClock();
  const transport = new MemoryTransport(script);
  const table = setup.table ?? TABLE;
  const nodesById = new Map([...new Set(table.flat())].sort().map((id) => [id, memoryNode(id)]));
  const probe = setup.probe ?? (() => Promise.reject(new Error("still down")));
  const health = new HealthMonitor({ health: new NodeHealth(), clock, live: { nodesById }, patienceMs: 1000, probe });
  for (const id of setup.suspects ?? []) health.distrust(id, "was down");
  const fleet = new Fleet();
  const hedging = setup.hedging === undefined ? undefined : new Hedging(fleet, setup.hedging);
  const usable = (node: string): Usability => {
    if (health.isSuspect(node)) return "no";
    return setup.indebted?.includes(node) === true ? "indebted" : "good";
  };
  const ranking = { groups: ["g"], tiers: [[...nodesById.keys()]] };
  const input: ScatterInput = {
    operation: "search",
    shards: table.map((_row, shard) => shard),
    cover: (shards, exclude) => coverShards({ shards, groups: [{ name: "g", table }], exclude, usable, ranking }),
    isCoverable: (shards, exclude) => isCoverable({ shards, groups: [{ name: "g", table }], exclude, usable }),
    request: (node, shards) => ({ node, method: "POST", path: "search", body: JSON.stringify(shards) }),
    ...(setup.isNodeFault && { isNodeFault: setup.isNodeFault }),
  };
  const run = async (): Promise<ScatterResult> => {
    const deadline = Deadline.start(clock, setup.timeoutMs ?? 5000);
    try {
      return await scatter(input, {
        ...{ transport, clock, deadline, health, nodesById, fleet, hedging, attemptTimeoutMs: 1000 },
        random: { fraction: () => 0 },
      });
    } finally {
      deadline.end();
    }
  };
  return { clock, transport, health, fleet, hedging, run };
}

/** Shards that a request asks for. */
export const shardsOf = ({ body }: NodeRequest): number[] => JSON.parse(body ?? "[]") as number[];
/** A node's good answer. */
export const ok = (request: NodeRequest) => answer(200, { node: request.node.id, shards: shardsOf(request) });
/** Shards that were answered for. */
export const answered = (result: ScatterResult): number[] =>
  result.parts.flatMap((part) => part.shards).sort((x, y) => x - y);
