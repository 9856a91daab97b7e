import { intersectSubsets, type LocatedTerm, locatedKey, originalPhrase } from "./term.ts";

/** A term, or the start or end of the query. */
interface QueryNode {
  readonly term: LocatedTerm | undefined;
  readonly predecessors: readonly number[];
  readonly successors: readonly number[];
}

/** All the ways to read the query: every path from start to end is one. Deleted nodes have no neighbours. */
export interface QueryGraph {
  readonly start: number;
  readonly end: number;
  readonly nodes: readonly QueryNode[];
}

/** What one step of a path relied on: the term before it, if it mattered, and the term itself. */
export interface PathStep {
  readonly from: LocatedTerm | undefined;
  readonly to: LocatedTerm;
}

const START = 0;
const END = 1;

/** Links terms to those that begin at the next term that any begins at. */
export function graphOfTerms(terms: readonly LocatedTerm[]): QueryGraph {
  const edges: [number, number][] = [];
  const link = (id: number, lastTerm: number): void => {
    const following = terms.filter((term) => term.termIds[0] > lastTerm).map((term) => term.termIds[0]);
    if (following.length === 0) {
      edges.push([id, END]);
      return;
    }
    const next = Math.min(...following);
    for (const [i, term] of terms.entries()) if (term.termIds[0] === next) edges.push([id, i + 2]);
  };
  link(START, -1);
  for (const [i, term] of terms.entries()) link(i + 2, term.termIds[1]);
  return withEdges(terms, edges);
}

/** The graph that holds exactly the paths given; paths share a node where they agree on everything that follows. */
export function graphOfPaths(paths: readonly (readonly PathStep[])[]): QueryGraph {
  const terms: LocatedTerm[] = [];
  const edges: [number, number][] = [];
  const nodes = new Map<string, number>();
  for (const path of paths) {
    let suffix = "";
    const ids: number[] = [];
    for (const term of termsOfPath(path).reverse()) {
      suffix = `${locatedKey(term)};${suffix}`;
      let id = nodes.get(suffix);
      if (id === undefined) {
        id = terms.push(term) + 1;
        nodes.set(suffix, id);
      }
      ids.push(id);
    }
    const route = [START, ...ids.reverse(), END];
    for (let i = 1; i < route.length; i += 1) edges.push([route[i - 1] ?? START, route[i] ?? END]);
  }
  return withEdges(terms, edges);
}

/** Removes nodes, linking what was before them to what was behind. */
export function bypassNodes(graph: QueryGraph, ids: Iterable<number>): QueryGraph {
  const successors = graph.nodes.map((node) => new Set(node.successors));
  const gone = new Set<number>();
  for (const id of ids) {
    gone.add(id);
    for (const following of successors) {
      if (!following.delete(id)) continue;
      for (const next of successors[id] ?? []) following.add(next);
    }
    successors[id]?.clear();
  }
  const edges = successors.flatMap((following, from) => [...following].map((to): [number, number] => [from, to]));
  const terms = graph.nodes.slice(2).map((node, i) => (gone.has(i + 2) ? undefined : node.term));
  return withEdges(terms, edges);
}

/** Number of words inside the phrases of a graph. */
export function wordsInPhrases(graph: QueryGraph): number {
  let count = 0;
  for (const { term } of graph.nodes) {
    const phrase = term === undefined ? undefined : originalPhrase(term.subset);
    count += phrase?.words.filter((word) => word !== undefined).length ?? 0;
  }
  return count;
}

function termsOfPath(path: readonly PathStep[]): LocatedTerm[] {
  const terms: LocatedTerm[] = [];
  let last: LocatedTerm | undefined;
  for (const { from, to } of path) {
    if (last !== undefined && from !== undefined && sameTerms(from, last)) {
      terms.push({ ...from, subset: intersectSubsets(from.subset, last.subset) });
    } else {
      if (last !== undefined) terms.push(last);
      if (from !== undefined) terms.push(from);
    }
    last = to;
  }
  return last === undefined ? terms : [...terms, last];
}

function sameTerms(left: LocatedTerm, right: LocatedTerm): boolean {
  return left.termIds[0] === right.termIds[0] && left.termIds[1] === right.termIds[1];
}

function withEdges(
  terms: readonly (LocatedTerm | undefined)[],
  edges: readonly (readonly [number, number])[],
): QueryGraph {
  const nodes = [undefined, undefined, ...terms].map((term) => ({
    term,
    predecessors: new Set<number>(),
    successors: new Set<number>(),
  }));
  for (const [from, to] of edges) {
    nodes[from]?.successors.add(to);
    nodes[to]?.predecessors.add(from);
  }
  const ascending = (ids: ReadonlySet<number>): number[] => [...ids].sort((a, b) => a - b);
  return {
    start: START,
    end: END,
    nodes: nodes.map(({ term, predecessors, successors }) => ({
      term,
      predecessors: ascending(predecessors),
      successors: ascending(successors),
    })),
  };
}
