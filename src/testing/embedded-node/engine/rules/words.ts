import { DocSet } from "../doc-set.ts";
import type { SearchContext } from "../query/context.ts";
import { graphOfPaths, type PathStep, type QueryGraph, wordsInPhrases } from "../query/graph.ts";
import { removalOrder } from "../query/removal-order.ts";
import { subsetDocs } from "../query/resolve.ts";
import { termCount } from "../query/term.ts";
import type { BucketSource, RankingRule } from "./rule.ts";

/** `words`: the more terms of the query a document has, the better; terms are left out in the order of the strategy. */
export function wordsRule(context: SearchContext, strategy: "last" | "all" | "frequency"): RankingRule {
  return {
    start(_universe, query) {
      if (query === undefined) return { next: () => undefined };
      return new WordsBuckets(context, query, removalOrder(context, query, strategy));
    },
  };
}

/** Terms that a path leaves out, and what it must leave out with them. */
type SkipTable = ReadonlyMap<number, readonly number[]>;

class WordsBuckets implements BucketSource {
  readonly #context: SearchContext;
  readonly #query: QueryGraph;
  readonly #skips: SkipTable;
  readonly #mostSkipped: number;
  readonly #extraRank: number;
  #skipped = 0;

  constructor(context: SearchContext, query: QueryGraph, order: readonly (readonly number[])[]) {
    this.#context = context;
    this.#query = query;
    const skips = new Map<number, readonly number[]>();
    const earlier: number[] = [];
    for (const group of order) {
      for (const id of group) skips.set(id, [...earlier]);
      earlier.push(...group);
    }
    this.#skips = skips;
    this.#mostSkipped = mostSkipped(query, skips);
    this.#extraRank = 1 + Math.max(0, wordsInPhrases(query) - 1);
  }

  next(universe: DocSet): ReturnType<BucketSource["next"]> {
    if (this.#skipped > this.#mostSkipped) return undefined;
    const cost = this.#skipped;
    this.#skipped += 1;
    const walk = new SkippingWalk(this.#context, { query: this.#query, skips: this.#skips, universe });
    walk.visit(this.#query.start, { left: cost, docs: universe, banned: [], steps: [] });
    const maxRank = this.#extraRank + this.#mostSkipped;
    return {
      docs: walk.found,
      score: { rule: "words", rank: maxRank - cost, maxRank },
      query: graphOfPaths(walk.paths),
    };
  }
}

/** The most terms that a path can leave out. */
function mostSkipped(query: QueryGraph, skips: SkipTable): number {
  const known = new Map<number, number>();
  const visit = (id: number): number => {
    if (id === query.end) return 0;
    let most = known.get(id);
    if (most === undefined) {
      most = Math.max(0, ...(query.nodes[id]?.successors ?? []).map((to) => skipCost(query, skips, to) + visit(to)));
      known.set(id, most);
    }
    return most;
  };
  return visit(query.start);
}

function skipCost(query: QueryGraph, skips: SkipTable, id: number): number {
  const term = query.nodes[id]?.term;
  return term === undefined || !skips.has(id) ? 0 : termCount(term);
}

interface WalkState {
  /** How many terms are still to be left out. */
  readonly left: number;
  readonly docs: DocSet;
  /** Nodes that may not be matched any more. */
  readonly banned: readonly number[];
  readonly steps: readonly PathStep[];
}

/** Depth-first search of the paths that leave out a number of terms; a document belongs to the first path that it fits. */
class SkippingWalk {
  found = DocSet.empty();
  readonly paths: (readonly PathStep[])[] = [];
  readonly #context: SearchContext;
  readonly #options: { query: QueryGraph; skips: SkipTable; universe: DocSet };

  constructor(context: SearchContext, options: { query: QueryGraph; skips: SkipTable; universe: DocSet }) {
    this.#context = context;
    this.#options = options;
  }

  visit(id: number, state: WalkState): void {
    const { query, skips } = this.#options;
    if (id === query.end) {
      if (state.left === 0) this.#finish(state);
      return;
    }
    for (const to of query.nodes[id]?.successors ?? []) {
      const docs = state.docs.andNot(this.found);
      if (docs.isEmpty) return;
      const cost = skipCost(query, skips, to);
      if (cost > 0 && cost <= state.left) {
        this.visit(to, {
          ...state,
          docs,
          left: state.left - cost,
          banned: [...state.banned, ...(skips.get(to) ?? [])],
        });
      }
      this.#match(to, { ...state, docs: state.docs.andNot(this.found) });
    }
  }

  #match(id: number, state: WalkState): void {
    const term = this.#options.query.nodes[id]?.term;
    if (term === undefined) {
      this.visit(id, state);
      return;
    }
    if (state.banned.includes(id)) return;
    const docs = state.docs.and(subsetDocs(this.#context, term.subset));
    if (!docs.isEmpty) this.visit(id, { ...state, docs, steps: [...state.steps, { from: undefined, to: term }] });
  }

  #finish(state: WalkState): void {
    this.paths.push(state.steps);
    this.found = this.found.or(state.docs);
  }
}
