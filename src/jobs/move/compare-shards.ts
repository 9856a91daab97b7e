import type { Cluster } from "../../routes/cluster.ts";
import { sideBySide } from "../../util/side-by-side.ts";
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
  const waiting = await indexMoves(cluster, order);
  const compareNext = async (signal: AbortSignal): Promise<MoveComparison[]> => {
    const comparisons: MoveComparison[] = [];
    for (let move = waiting.shift(); move !== undefined; move = waiting.shift())
      comparisons.push(await new IndexComparison(cluster, move, { ...options, signal }).run());
    return comparisons;
  };
  const lanes = Array.from({ length: INDEXES_AT_ONCE }, () => compareNext);
  return sum((await sideBySide(options.signal, lanes)).flat());
}

function sum(comparisons: readonly MoveComparison[]): MoveComparison {
  return {
    documents: comparisons.reduce((documents, each) => documents + each.documents, 0),
    differences: comparisons.flatMap(({ differences }) => differences),
    ownersDiffer: comparisons.flatMap(({ ownersDiffer }) => ownersDiffer),
    isCut: comparisons.some(({ isCut }) => isCut),
  };
}
