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
 * Whether every read sees a write without anybody looking after it: no replica has yet to apply it, and what the others
 * missed is written down, so that reads avoid them anyhow.
 */
export function isSettled(cluster: Cluster, write: PendingWrite): boolean {
  const { taskUid } = write.noted;
  if (cluster.tasks.hasSettled(taskUid)) return true;
  const seen = nodesSeen(cluster);
  if (write.areRowsPending(seen)) return false;
  const { pending, behind } = write.progress(seen);
  if (pending.length > 0) return false;
  const isOld = cluster.clock.now() - timeOfTask(taskUid) > LOST_FOR_MS;
  return isOld || [...behind].every((node) => isWrittenDown(cluster, write, node));
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
