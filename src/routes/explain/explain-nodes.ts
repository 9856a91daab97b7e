import type { ExplainedNode, Explanation } from "../../core/explanation.ts";
import type { OperationClass } from "../../select/fleet.ts";
import type { Cluster } from "../cluster.ts";

type Assignments = ReadonlyMap<string, readonly number[]>;

/** The requests of a cover, with what this process expects of them. */
export function explainNodes(
  { topology, fleet, hedging, clock, options }: Cluster,
  assignments: Assignments,
  { operation, hitsFor }: { readonly operation: OperationClass; hitsFor(shards: number): number },
): ExplainedNode[] {
  const nowMs = clock.monotonic();
  const ids = topology.nodes.map(({ id }) => id);
  return topology.nodes.flatMap(({ id, url, group }) => {
    const shards = assignments.get(id);
    if (shards === undefined) return [];
    const peers = ids.filter((peer) => peer !== id);
    const expectedMs = fleet.latency(id, operation);
    const hedgeAfterMs = hasOthers(topology, id, shards)
      ? hedging?.delayMs({ node: id, operation, peers, nowMs, remainingMs: options.readTimeoutMs })
      : undefined;
    return [
      {
        ...{ node: id, url, group, shards, hits: hitsFor(shards.length), inFlight: fleet.inFlight(id) },
        ...(expectedMs === undefined ? {} : { expectedMs }),
        ...(hedgeAfterMs === undefined ? {} : { hedgeAfterMs }),
      },
    ];
  });
}

/** The nodes that a cover does without. */
export function leftOutNodes(
  { topology, health, missed, fleet, clock }: Cluster,
  index: string,
  assignments: Assignments,
): Explanation["leftOut"] {
  const why = (node: string): string => {
    if (health.isSuspect(node)) return health.reasonOf(node) ?? "it is not used";
    if (missed.isBehind(node, index)) return "it has yet to be given changes of the index that it missed";
    if (fleet.isStrained(node, clock.monotonic())) return "it is overloaded or late just now";
    return "others hold the same shards";
  };
  return topology.nodes.filter(({ id }) => !assignments.has(id)).map(({ id }) => ({ node: id, why: why(id) }));
}

function hasOthers({ groups }: Cluster["topology"], node: string, shards: readonly number[]): boolean {
  return shards.every((shard) => groups.some(({ table }) => table[shard]?.some((owner) => owner !== node)));
}
