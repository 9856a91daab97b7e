import type { NodeInfo } from "../../core/types.ts";
import type { Operator } from "../../execute/operator.ts";

/** An index as a node lists it. */
export interface NodeIndex {
  /** Physical uid. */
  readonly uid: string;
  readonly primaryKey: string | null;
}

/** Indexes read in one request. */
const PAGE = 1000;

/** Every index that a node has. */
export async function nodeIndexes(operator: Operator, node: NodeInfo, signal: AbortSignal): Promise<NodeIndex[]> {
  const indexes: NodeIndex[] = [];
  for (;;) {
    const query = `limit=${PAGE}&offset=${indexes.length}`;
    const call = { method: "GET", path: "indexes", query, unchecked: true, signal } as const;
    const { results, total } = await operator.demand<{ results: NodeIndex[]; total: number }>(node, call);
    indexes.push(...results);
    if (results.length === 0 || indexes.length >= total) return indexes;
  }
}
