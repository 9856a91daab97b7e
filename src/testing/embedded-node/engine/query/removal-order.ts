import type { DocSet } from "../doc-set.ts";
import type { SearchContext } from "./context.ts";
import type { QueryGraph } from "./graph.ts";
import { subsetDocs } from "./resolve.ts";
import { type LocatedTerm, originalPhrase, termCount } from "./term.ts";

/** Which nodes may be dropped, group after group, when not all terms match: from the last term, or the most frequent. */
export function removalOrder(
  context: SearchContext,
  graph: QueryGraph,
  strategy: "last" | "all" | "frequency",
): number[][] {
  const located = graph.nodes.flatMap((node) => (node.term === undefined ? [] : [node.term]));
  if (strategy === "all" || located.length === 0) return [];
  if (strategy === "frequency") return removalGroups(graph, frequencyCosts(context, located));
  const first = Math.min(...located.map((term) => term.termIds[0]));
  const last = Math.max(...located.map((term) => term.termIds[1]));
  return first >= last ? [] : removalGroups(graph, (termId) => 1 + last - termId);
}

function removalGroups(graph: QueryGraph, costOf: (termId: number) => number): number[][] {
  const groups = new Map<number, number[]>();
  let hasMandatory = false;
  for (const [id, { term }] of graph.nodes.entries()) {
    if (term === undefined) continue;
    if (originalPhrase(term.subset) !== undefined || term.subset.isMandatory) {
      hasMandatory = true;
      continue;
    }
    const costs = Array.from({ length: termCount(term) }, (_, i) => costOf(term.termIds[0] + i));
    const cost = Math.max(0, ...costs);
    groups.set(cost, [...(groups.get(cost) ?? []), id]);
  }
  const ordered = [...groups].sort(([a], [b]) => a - b).map(([, ids]) => ids);
  return hasMandatory ? ordered : ordered.slice(0, -1);
}

/** More frequent terms cost less; terms that match nothing are the last to go. */
function frequencyCosts(context: SearchContext, located: readonly LocatedTerm[]): (termId: number) => number {
  const docsById = new Map<number, DocSet>();
  for (const term of located) {
    const docs = subsetDocs(context, term.subset);
    for (let id = term.termIds[0]; id <= term.termIds[1]; id += 1) docsById.set(id, docsById.get(id)?.or(docs) ?? docs);
  }
  const frequencies = [...docsById]
    .sort(([a], [b]) => a - b)
    .map(([id, docs]) => ({ id, frequency: docs.size || Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.frequency === b.frequency ? 0 : b.frequency - a.frequency));
  const weights = new Map<number, number>();
  let weight = 1;
  for (const [i, { id, frequency }] of frequencies.entries()) {
    weights.set(id, weight);
    if (frequencies[i + 1]?.frequency !== frequency) weight += 1;
  }
  return (termId) => weights.get(termId) ?? 0;
}
