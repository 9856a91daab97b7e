import type { PendingWrite, WriteProgress } from "../../tasks/own-writes/pending-write.ts";
import type { Cluster } from "../cluster.ts";
import type { OwnRead } from "./own-read.ts";

/** Whether a read has to do with a write at all. */
export function isConcerned({ topology, indexes, shards }: OwnRead, write: PendingWrite): boolean {
  const isOfIndex = indexes === undefined || indexes.some((index) => write.concerns(index));
  return isOfIndex && shards.some((shard) => write.touches(shard, topology.shards));
}

/** How {@link isSeenBy} judges. */
export interface SeenByContext extends Pick<Cluster, "health" | "missed"> {
  /** Whether one replica of each shard is enough, while others have yet to apply the writes. */
  readonly isPinned: boolean;
}

/** Whether a read that avoids the replicas which are behind sees these writes. */
export function isSeenBy(
  { topology, indexes = [], shards, isOfAllNodes = false }: OwnRead,
  writes: readonly WriteProgress[],
  { health, missed, isPinned }: SeenByContext,
): boolean {
  if ((!isPinned || isOfAllNodes) && writes.some(({ pending }) => pending.length > 0)) return false;
  if (isOfAllNodes || writes.length === 0) return true;
  const isUsable = (node: string) => {
    return !health.isSuspect(node) && !indexes.some((index) => missed.isBehind(node, index));
  };
  return shards.every((shard) => {
    const touching = writes.filter(({ write }) => write.touches(shard, topology.shards));
    const owners = topology.groups.flatMap(({ table }) => table[shard] ?? []);
    const sees = (owner: string) => isUsable(owner) && !touching.some(({ behind }) => behind.has(owner));
    return touching.length === 0 || owners.some(sees);
  });
}
