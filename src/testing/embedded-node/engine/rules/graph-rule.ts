import { DocSet } from "../doc-set.ts";
import type { SearchContext } from "../query/context.ts";
import { graphOfPaths, type PathStep } from "../query/graph.ts";
import type { LocatedTerm } from "../query/term.ts";
import { NO_WAY, PathCosts } from "./path-costs.ts";
import type { Bucket, BucketSource, RankingRule } from "./rule.ts";
import type { Rank, RuleScore } from "./score.ts";
import type { TermWays } from "./ways.ts";

/** What makes a graph rule: the ways between two neighbouring terms, and its score. */
export interface GraphRuleKind {
  ways(context: SearchContext, edge: TermEdge): TermWays;
  score(rank: Rank): RuleScore;
}

/** Two terms that follow each other in some reading of the query; `from` is undefined at its start. */
interface TermEdge {
  readonly from: LocatedTerm | undefined;
  readonly to: LocatedTerm;
  /** The documents that may be asked about. */
  readonly universe: DocSet;
}

/** A rule whose buckets are the documents for which the cheapest path through the query costs the same, cheapest first. */
export function graphRule(context: SearchContext, kind: GraphRuleKind): RankingRule {
  return {
    start(universe, query) {
      if (query === undefined) return { next: () => undefined };
      const costs = new PathCosts(query, [...universe], (from, to) => kind.ways(context, { from, to, universe }));
      return new PathBuckets(costs, kind);
    },
  };
}

class PathBuckets implements BucketSource {
  readonly #costs: PathCosts;
  readonly #kind: GraphRuleKind;
  /** Places of the documents by the cost of their cheapest path, cheapest first. */
  readonly #buckets: [number, number[]][];

  constructor(costs: PathCosts, kind: GraphRuleKind) {
    this.#costs = costs;
    this.#kind = kind;
    const places = new Map<number, number[]>();
    for (const [place, cost] of costs.rest().entries()) {
      if (cost === NO_WAY) continue;
      const known = places.get(cost);
      if (known === undefined) places.set(cost, [place]);
      else known.push(place);
    }
    this.#buckets = [...places].sort(([a], [b]) => a - b);
  }

  next(universe: DocSet): Bucket | undefined {
    const [cost, allPlaces] = this.#buckets.shift() ?? [];
    if (cost === undefined || allPlaces === undefined) return undefined;
    const places = allPlaces.filter((place) => universe.has(this.#costs.docids[place] ?? 0));
    const maxRank = 1 + this.#costs.dearest();
    const paths: PathStep[][] = [];
    this.#collect({ node: this.#costs.query.start, places, steps: [] }, paths);
    return {
      docs: DocSet.of(places.map((place) => this.#costs.docids[place] ?? 0)),
      score: this.#kind.score({ rank: maxRank - cost, maxRank }),
      query: graphOfPaths(paths),
    };
  }

  /** The paths that the documents at these places take; each document goes with the first of its cheapest paths. */
  #collect(at: { node: number; places: number[]; steps: PathStep[] }, paths: PathStep[][]): void {
    const rest = this.#costs.rest(at.node);
    let { places } = at;
    for (const { to, ways, costs } of this.#costs.edges(at.node)) {
      const next = this.#costs.rest(to);
      const going = places.filter((place) => (costs[place] ?? 0) + (next[place] ?? 0) === rest[place]);
      if (going.length === 0) continue;
      const gone = new Set(going);
      places = places.filter((place) => !gone.has(place));
      if (ways === undefined) {
        paths.push(at.steps);
        continue;
      }
      for (const [cost, group] of groupByCost(going, costs)) {
        this.#collect({ node: to, places: group, steps: [...at.steps, ways.step(cost)] }, paths);
      }
    }
  }
}

function groupByCost(places: readonly number[], costs: Uint16Array): [number, number[]][] {
  const groups = new Map<number, number[]>();
  for (const place of places) {
    const cost = costs[place] ?? 0;
    const group = groups.get(cost);
    if (group === undefined) groups.set(cost, [place]);
    else group.push(place);
  }
  return [...groups].sort(([a], [b]) => a - b);
}
