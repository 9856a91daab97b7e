import { topologyOf } from "../../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { NodeInfo } from "../../core/types.ts";
import { fetchRecords } from "../../execute/repair/fetch-records.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { shardFilter } from "../../routing/reserved.ts";
import { inLanes } from "../../util/in-lanes.ts";
import { chooseSources } from "./choose-sources.ts";
import { nodeOf } from "./shard-move.ts";

/** How much a shard of an index holds. */
export interface ShardMeasure {
  /** Logical uid. */
  readonly index: string;
  /** "everywhere": all of an index that every node holds. */
  readonly shard: number | "everywhere";
  readonly documents: number;
  /** By the mean size of the index's documents. */
  readonly bytes: number;
}

/** Requests under way at once. */
const LANES = 8;

/**
 * Counts what shards hold, index by index, and what the indexes hold that are replicated everywhere. Shards without documents
 * are left out.
 * @throws OperatorCallFailed when an owner cannot be asked
 */
export async function measureShards(
  cluster: Cluster,
  shards: readonly number[],
  signal: AbortSignal,
): Promise<ShardMeasure[]> {
  const rows = (await cluster.registry.list()).filter(({ primaryKey }) => primaryKey !== null);
  const asked = rows.flatMap((row) => questionsAbout(cluster, row, shards));
  const sizes = new Map<string, Promise<number>>();
  const measures = await inLanes(asked, { lanes: LANES, signal }, async ({ row, shard, node, filter }, own) => {
    const index = physicalUid(row);
    const { total } = await fetchRecords({ operator: cluster.operator, index, signal: own }, node, {
      filter,
      limit: 0,
    });
    if (total === 0) return [];
    const key = `${node.id}/${index}`;
    const size = sizes.get(key) ?? meanSize(cluster, { node, index }, own);
    sizes.set(key, size);
    return [{ index: row.uid, shard, documents: total, bytes: Math.round(total * (await size)) }];
  });
  return measures.flat();
}

interface Question {
  readonly row: IndexRow;
  readonly shard: ShardMeasure["shard"];
  readonly node: NodeInfo;
  readonly filter: string;
}

/** Owners that answer are asked, each about as many shards as the others. */
function questionsAbout(cluster: Cluster, row: IndexRow, asked: readonly number[]): Question[] {
  const { shards, groups } = topologyOf(row, cluster.topology);
  const isEverywhere = row.replicate === "everywhere";
  const moves = (isEverywhere ? [0] : asked).map((shard) => {
    return { shard, from: groups.flatMap(({ table }) => table[shard] ?? []), to: [] };
  });
  const answering = chooseSources(moves, (node) => !cluster.health.isSuspect(node));
  return moves.flatMap(({ shard, from }) => {
    const id = answering.get(shard) ?? from[0];
    if (id === undefined) return [];
    const filter = shardFilter(shards, [shard]);
    return [{ row, shard: isEverywhere ? "everywhere" : shard, node: nodeOf(cluster, id), filter }];
  });
}

async function meanSize(
  { operator }: Cluster,
  { node, index }: { readonly node: NodeInfo; readonly index: string },
  signal: AbortSignal,
): Promise<number> {
  const call = { method: "GET", path: `indexes/${index}/stats`, signal } as const;
  return (await operator.demand<{ avgDocumentSize: number }>(node, call)).avgDocumentSize;
}
