import { drainIndexes } from "../../execute/repair/drain.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { keepAlive } from "../../util/keep-alive.ts";
import { nodeOf } from "./shard-move.ts";

/** A task that was waited for and did not succeed: what it should have written is not there. */
export interface UnsuccessfulTask {
  readonly node: string;
  readonly taskUid: number;
  /** Physical uid. */
  readonly index: string | null;
  /** Why, in the node's words. */
  readonly reason: string;
}

/**
 * Waits until nodes have applied every task of some indexes that they have accepted so far. Answers those that did not
 * succeed: after one, nodes that were compared before have to be compared again.
 * @param nodes ids
 * @param options.indexes physical uids
 */
export async function drainNodes(
  cluster: Cluster,
  nodes: readonly string[],
  options: { readonly indexes: readonly string[]; readonly signal: AbortSignal },
): Promise<UnsuccessfulTask[]> {
  if (options.indexes.length === 0) return [];
  const drained = nodes.map(async (node) => {
    const tasks = await drainIndexes(cluster.operator, nodeOf(cluster, node), options);
    return tasks.map(({ uid, indexUid, status, error }): UnsuccessfulTask => {
      return { node, taskUid: uid, index: indexUid, reason: error?.message ?? status };
    });
  });
  return (await keepAlive(cluster.clock, Promise.all(drained))).flat();
}
