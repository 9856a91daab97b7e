import type { Cluster } from "../../routes/cluster.ts";
import { inLanes } from "../../util/in-lanes.ts";
import { type ComparisonOptions, IndexComparison, type MoveComparison } from "./index-comparison.ts";
import { indexMoves, type MoveOrder } from "./shard-move.ts";

/** Indexes compared at once; all nodes of each are read at once. */
const INDEXES_AT_ONCE = 4;

/**
 * Compares what all owners of moving shards have with what the nodes have that get them: ids and stamps, and contents where
 * stamps do not imply them. Exact once writers are held back and the nodes are drained; before, differences may be writes on
 * their way.
 * @throws OperatorCallFailed naming a node that cannot be asked
 */
export async function compareShards(
  cluster: Cluster,
  order: MoveOrder,
  options: ComparisonOptions,
): Promise<MoveComparison> {
  const moves = await indexMoves(cluster, order);
  const { signal } = options;
  const comparisons = await inLanes(moves, { lanes: INDEXES_AT_ONCE, signal }, (move, own) => {
    return new IndexComparison(cluster, move, { ...options, signal: own }).run();
  });
  return sum(comparisons);
}

function sum(comparisons: readonly MoveComparison[]): MoveComparison {
  return {
    documents: comparisons.reduce((documents, each) => documents + each.documents, 0),
    differences: comparisons.flatMap(({ differences }) => differences),
    ownersDiffer: comparisons.flatMap(({ ownersDiffer }) => ownersDiffer),
    isCut: comparisons.some(({ isCut }) => isCut),
  };
}
