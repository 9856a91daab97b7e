import type { QueryGraph } from "../query/graph.ts";
import type { LocatedTerm } from "../query/term.ts";
import type { TermWays } from "./ways.ts";

/** The cost where there is no way. */
export const NO_WAY = 0xffff;

interface CostedEdge {
  readonly to: number;
  /** Undefined on the edge to the end. */
  readonly ways: TermWays | undefined;
  /** Cost of the edge per document. */
  readonly costs: Uint16Array;
}

/** Cheapest cost from every node to the end, per document (by its place in the list given). */
export class PathCosts {
  readonly query: QueryGraph;
  readonly docids: readonly number[];
  readonly #ways: (from: LocatedTerm | undefined, to: LocatedTerm) => TermWays;
  readonly #edges = new Map<number, CostedEdge[]>();
  readonly #rest = new Map<number, Uint16Array>();
  readonly #dearest = new Map<number, number>();

  constructor(
    query: QueryGraph,
    docids: readonly number[],
    ways: (from: LocatedTerm | undefined, to: LocatedTerm) => TermWays,
  ) {
    this.query = query;
    this.docids = docids;
    this.#ways = ways;
  }

  /** The dearest path of any document that could be. */
  dearest(node: number = this.query.start): number {
    if (node === this.query.end) return 0;
    let dearest = this.#dearest.get(node);
    if (dearest === undefined) {
      dearest = Math.max(0, ...this.edges(node).map(({ to, ways }) => (ways?.maxCost ?? 0) + this.dearest(to)));
      this.#dearest.set(node, dearest);
    }
    return dearest;
  }

  rest(node: number = this.query.start): Uint16Array {
    let rest = this.#rest.get(node);
    if (rest === undefined) {
      rest = new Uint16Array(this.docids.length);
      if (node !== this.query.end) this.#fillRest(node, rest.fill(NO_WAY));
      this.#rest.set(node, rest);
    }
    return rest;
  }

  edges(node: number): CostedEdge[] {
    let edges = this.#edges.get(node);
    if (edges === undefined) {
      edges = (this.query.nodes[node]?.successors ?? []).map((to) => this.#edge(node, to));
      this.#edges.set(node, edges);
    }
    return edges;
  }

  #fillRest(node: number, rest: Uint16Array): void {
    for (const { to, costs } of this.edges(node)) {
      const next = this.rest(to);
      for (let i = 0; i < rest.length; i += 1) {
        const cost = costs[i] ?? NO_WAY;
        const further = next[i] ?? NO_WAY;
        if (cost !== NO_WAY && further !== NO_WAY && cost + further < (rest[i] ?? NO_WAY)) rest[i] = cost + further;
      }
    }
  }

  #edge(node: number, to: number): CostedEdge {
    const term = this.query.nodes[to]?.term;
    const costs = new Uint16Array(this.docids.length);
    if (term === undefined) return { to, ways: undefined, costs };
    const ways = this.#ways(this.query.nodes[node]?.term, term);
    for (const [i, docid] of this.docids.entries()) costs[i] = ways.costOf(docid) ?? NO_WAY;
    return { to, ways, costs };
  }
}
