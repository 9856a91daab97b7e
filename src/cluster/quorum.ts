import type { ReplicaGroup } from "./topology.ts";

/** How many replicas must acknowledge a write: any one, half of a group rounded up, or every replica there is. */
export type WriteConsistency = "one" | "quorum" | "all";

/** What {@link belowQuorum} decides from. */
export interface QuorumInput {
  readonly shards: Iterable<number>;
  readonly groups: readonly ReplicaGroup[];
  readonly consistency: WriteConsistency;
  /** Whether a replica's acknowledgement of this shard counts. */
  counts(node: string, shard: number): boolean;
}

/** The shards whose write is not acknowledged: in no group did enough replicas answer (`all`: some replica is missing). */
export function belowQuorum(input: QuorumInput): number[] {
  return [...input.shards].filter((shard) => {
    // A group that is being filled has no replica of the shard yet, and nobody waits for it.
    const rows = input.groups.map(({ table }) => table[shard] ?? []).filter((row) => row.length > 0);
    if (rows.length === 0) return true;
    const verdicts = rows.map((row) => isEnough(row, shard, input));
    return input.consistency === "all" ? verdicts.includes(false) : !verdicts.includes(true);
  });
}

function isEnough(replicas: readonly string[], shard: number, input: QuorumInput): boolean {
  const counted = replicas.filter((node) => input.counts(node, shard)).length;
  return counted >= requiredReplicas(replicas.length, input.consistency);
}

/** Acknowledgements a group of `replicas` must give; at least one, whatever the table says. */
export function requiredReplicas(replicas: number, consistency: WriteConsistency): number {
  if (consistency === "one") return 1;
  return Math.max(1, consistency === "all" ? replicas : Math.ceil(replicas / 2));
}
