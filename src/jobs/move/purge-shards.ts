import { isDropped } from "../../cluster/physical-names.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";
import { fetchRecords } from "../../execute/repair/fetch-records.ts";
import { NodeTaskFailed, untilSucceeded } from "../../execute/task-success.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { shardFilter } from "../../routing/reserved.ts";
import { nodeIndexes } from "./node-indexes.ts";
import { nodeOf } from "./shard-move.ts";

/** What a node is to hold no longer. */
export interface PurgeOrder {
  /** Id of the node. */
  readonly node: string;
  readonly shards: readonly number[];
  /** Whether the indexes that are replicated everywhere go too, as from a node that leaves. @default false */
  readonly everywhere?: boolean;
  /** The topology in force; a shard that it gives to the node is never purged. @default the one that the cluster was met with */
  readonly topology?: Topology;
}

/** How a purge is made. */
export interface PurgeOptions {
  /** `customMetadata` of the tasks. */
  readonly mark: string;
  readonly signal: AbortSignal;
}

/**
 * Deletes the documents of shards from a node that does not own them, in every index of the cluster that the node has, also
 * in one of a former generation. Only once no reader can ask the node for them any more, and its queue is drained.
 * @returns the number of documents deleted
 * @throws Error when the node owns one of the shards; NodeTaskFailed when it could not delete them, or has some all the same;
 * OperatorCallFailed when it cannot be asked
 */
export async function purgeShards(
  cluster: Cluster,
  order: PurgeOrder,
  { mark, signal }: PurgeOptions,
): Promise<number> {
  refuseOwner(order, order.topology ?? cluster.topology);
  const node = nodeOf(cluster, order.node);
  await cluster.registry.refresh();
  let documents = 0;
  for (const { uid, filter } of await doomed(cluster, { node, order }, signal)) {
    const source = { operator: cluster.operator, index: uid, signal };
    const count = async () => (await fetchRecords(source, node, { filter, limit: 0 })).total;
    const held = await count();
    if (held === 0) continue;
    documents += held;
    await deleteFrom(cluster, { node, index: uid, filter, mark }, signal);
    const left = await count();
    if (left > 0)
      throw new NodeTaskFailed(node, `still has ${left} documents of index \`${uid}\` after their deletion`);
  }
  return documents;
}

function refuseOwner({ node, shards }: PurgeOrder, { groups }: Topology): void {
  const owned = shards.find((shard) => groups.some(({ table }) => table[shard]?.includes(node)));
  if (owned !== undefined) throw new Error(`node \`${node}\` owns shard ${owned}, which must not be purged there`);
}

interface DoomedDocuments {
  /** Physical uid. */
  readonly uid: string;
  readonly filter: string;
}

async function doomed(
  { operator, registry, topology }: Cluster,
  { node, order }: { readonly node: NodeInfo; readonly order: PurgeOrder },
  signal: AbortSignal,
): Promise<DoomedDocuments[]> {
  const indexes = await nodeIndexes(operator, node, signal);
  return indexes.flatMap(({ uid }) => {
    const row = registry.holderOf(uid);
    if (row === undefined && !isDropped(uid, registry.rows)) return []; // none of ours
    const isEverywhere = registry.isEverywhere(uid);
    const shards = isEverywhere && order.everywhere === true ? [0] : isEverywhere ? [] : order.shards;
    const total = isEverywhere ? 1 : topology.shards;
    return shards.length === 0 ? [] : [{ uid, filter: shardFilter(total, shards) }];
  });
}

interface Deletion {
  readonly node: NodeInfo;
  readonly index: string;
  readonly filter: string;
  readonly mark: string;
}

async function deleteFrom(
  { operator }: Cluster,
  { node, index, filter, mark }: Deletion,
  signal: AbortSignal,
): Promise<void> {
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, {
    ...{ method: "POST", path: `indexes/${index}/documents/delete`, body: { filter }, signal },
    query: new URLSearchParams({ customMetadata: mark }).toString(),
  });
  await untilSucceeded(operator, { node, taskUid, what: `a deletion from index \`${index}\`` }, signal);
}
