import { topologyOf } from "../../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { Cluster } from "../../routes/cluster.ts";

/** A shard that further nodes get a copy of. */
export interface ShardMove {
  readonly shard: number;
  /** Ids of the nodes that own it now, all of them. */
  readonly from: readonly string[];
  /** Ids of the nodes that get a copy. */
  readonly to: readonly string[];
}

/** Everything that is copied for one change of owners. */
export interface MoveOrder {
  /** Of every index that is spread over shards. */
  readonly shards: readonly ShardMove[];
  /** Of every index that is replicated everywhere: the nodes that have it, and those that join. */
  readonly everywhere?: Omit<ShardMove, "shard">;
}

/** What an order means for one index. */
export interface IndexMove {
  readonly row: IndexRow;
  /** Physical uid. */
  readonly index: string;
  readonly primaryKey: string;
  readonly moves: readonly ShardMove[];
  /** The cluster as the move sees the index: a moving shard belongs to its owners and to the nodes that get it, others to nobody. */
  readonly topology: Topology;
}

/** What an order means for every index there is now; an index without a primary key has no documents. */
export async function indexMoves(cluster: Cluster, order: MoveOrder): Promise<IndexMove[]> {
  const rows = await cluster.registry.list();
  return rows.flatMap((row) => {
    const { primaryKey } = row;
    const moves = movesOf(order, row);
    if (primaryKey === null || moves.length === 0) return [];
    requireOwners(moves);
    const topology = topologyOf(row, cluster.topology);
    const table = Array.from({ length: topology.shards }, (): string[] => []);
    for (const { shard, from, to } of moves) table[shard] = [...new Set([...from, ...to])];
    const groups = [{ name: "move", table }];
    return [{ row, index: physicalUid(row), primaryKey, moves, topology: { ...topology, groups } }];
  });
}

function movesOf({ shards, everywhere }: MoveOrder, { replicate }: IndexRow): readonly ShardMove[] {
  if (replicate !== "everywhere") return shards;
  return everywhere === undefined ? [] : [{ ...everywhere, shard: 0 }];
}

/** Without one, everything that is compared with the owners would be too much. */
function requireOwners(moves: readonly ShardMove[]): void {
  const orphan = moves.find(({ from }) => from.length === 0);
  if (orphan !== undefined) throw new Error(`a move of shard ${orphan.shard} names no owner`);
}

/** The shards of a move that a node owns or gets. */
export function shardsOn({ moves, topology }: IndexMove, node: string): number[] {
  const { table = [] } = topology.groups[0] ?? {};
  return moves.map(({ shard }) => shard).filter((shard) => table[shard]?.includes(node));
}

/** Whether an index is still what it was when the move began; read now where it can be read. */
export async function isInForce({ registry }: Cluster, { index }: IndexMove): Promise<boolean> {
  await registry.refresh().catch(() => undefined); // what is known has to do
  return registry.holderOf(index) !== undefined;
}

/** @throws Error for an id that the topology does not know, which no plan may name */
export function nodeOf({ nodesById }: Cluster, id: string): NodeInfo {
  const node = nodesById.get(id);
  if (node === undefined) throw new Error(`a move names node \`${id}\`, which the topology does not know`);
  return node;
}
