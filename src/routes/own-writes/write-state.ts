import type { PendingWrite } from "../../tasks/own-writes/pending-write.ts";
import { timeOfTask } from "../../tasks/task-uid.ts";
import type { Cluster } from "../cluster.ts";

/** For so long after a write its session leaves replicas aside that lost it, in milliseconds; repair knows of them by then. */
const LOST_FOR_MS = 900_000;

/** What a process knows of its nodes, for the progress of writes. */
export function nodesSeen({ nodesById, health }: Cluster) {
  return { isMember: (node: string) => nodesById.has(node), isSuspect: (node: string) => health.isSuspect(node) };
}

/**
 * What is left to do for a write.
 * - `open`: a replica has yet to apply it
 * - `lost`: a replica lacks it that is not written down
 * - `owed`: every replica has it, or is written down as one that missed it
 * - `seen`: every read sees it without anybody looking after it
 */
export type WriteState = "open" | "lost" | "owed" | "seen";

/** Judges a write from what a process knows that has read all records since. */
export function stateOf(cluster: Cluster, write: PendingWrite): WriteState {
  const { taskUid, missed = [] } = write.noted;
  if (missed.length === 0 && cluster.tasks.isEverywhere(taskUid)) return "seen";
  const seen = nodesSeen(cluster);
  const { pending, behind } = write.progress(seen);
  if (pending.length > 0 || write.areRowsPending(seen)) return "open";
  if (behind.size === 0 || cluster.clock.now() - timeOfTask(taskUid) > LOST_FOR_MS) return "seen";
  return [...behind].every((node) => isWrittenDown(cluster, write, node)) ? "owed" : "lost";
}

/** Whether this process knows that a node missed the write. */
function isWrittenDown({ topology, registry, debts, missed }: Cluster, write: PendingWrite, node: string): boolean {
  const { index } = write.noted;
  if (index === undefined) return missed.isBehindAnyhow(node);
  if (registry.holderOf(index) === undefined || missed.isBehind(node, index)) return true;
  if (registry.isEverywhere(index)) return debts.ledger.owes(index, node, 0);
  const tables = topology.groups.map(({ table }) => table);
  return Array.from({ length: topology.shards }, (_, shard) => shard)
    .filter((shard) => write.touches(shard, topology.shards) && tables.some((table) => table[shard]?.includes(node)))
    .every((shard) => debts.ledger.owes(index, node, shard));
}
