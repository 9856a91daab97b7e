import { isDeepStrictEqual } from "node:util";
import type { Hit, SearchResponse } from "../../src/index.ts";
import type { Movie } from "./data.ts";

/** An answer in either way of paging, whose hits carry `_rankingScoreDetails`. */
export interface Answer extends Pick<SearchResponse<Movie>, "facetDistribution" | "facetStats"> {
  readonly hits: readonly Hit<Movie>[];
  readonly offset?: number;
  readonly limit?: number;
  readonly estimatedTotalHits?: number;
  readonly page?: number;
  readonly hitsPerPage?: number;
  readonly totalHits?: number;
  readonly totalPages?: number;
}

/** How a cluster's answer differs from the single server's. */
export interface Comparison {
  /** Nothing differs but the order inside exact ties, which no ranking rule decides. */
  readonly identical: boolean;
  /** Positions where another document of the same exact tie stands. */
  readonly swappedInTies: number;
  /** What differs, in words; empty when identical. */
  readonly differences: readonly string[];
}

/** What is compared, for the reader of the report. */
export const WHAT_IS_COMPARED =
  "identical = the same documents with the same contents in the same order (only documents that every ranking rule " +
  "values equally may change places), the same totals and page numbers, the same facet counts and order, the same facet stats";

const COUNTS = ["estimatedTotalHits", "totalHits", "totalPages", "page", "hitsPerPage", "offset", "limit"] as const;

/**
 * Compares two answers to one search. `ranking` is the single server's answer to the same search from the first hit to
 * the last; it tells exact ties from mistakes. All three were sent with `showRankingScoreDetails`.
 */
export function compareAnswers(cluster: Answer, reference: Answer, ranking: Answer): Comparison {
  const differences = [...differencesOfHits(cluster, reference, ranking)];
  for (const name of COUNTS) {
    if (cluster[name] !== reference[name]) differences.push(`${name} is ${cluster[name]} and not ${reference[name]}`);
  }
  // As text, because the order of facet values is part of the answer.
  for (const name of ["facetDistribution", "facetStats"] as const) {
    if (JSON.stringify(cluster[name]) !== JSON.stringify(reference[name])) differences.push(`${name} differs`);
  }
  const swapped = reference.hits.filter((hit, position) => hit.id !== cluster.hits[position]?.id);
  return { identical: differences.length === 0, swappedInTies: swapped.length, differences };
}

/** With as many hits, none twice, and each position held by one of its tie, whole ties hold the same documents. */
function* differencesOfHits(cluster: Answer, reference: Answer, ranking: Answer): Generator<string> {
  if (cluster.hits.length !== reference.hits.length) {
    yield `${cluster.hits.length} hits and not ${reference.hits.length}`;
    return;
  }
  if (new Set(cluster.hits.map(({ id }) => id)).size < cluster.hits.length) yield "a document appears twice";
  const tieById = tiesOf(ranking);
  const expectedById = new Map(ranking.hits.map((hit) => [hit.id, hit]));
  for (const [position, hit] of cluster.hits.entries()) {
    const tie = tieById.get(hit.id);
    if (tie === undefined || tie !== tieById.get(reference.hits[position]?.id ?? 0))
      yield `hit ${position + 1}, document ${hit.id}, belongs elsewhere`;
    if (!isDeepStrictEqual(contents(hit), contents(expectedById.get(hit.id))))
      yield `document ${hit.id} has other contents`;
  }
}

/** Numbers the exact ties of a ranking from first to last, by document id. */
function tiesOf({ hits }: Answer): ReadonlyMap<number, number> {
  const tieById = new Map<number, number>();
  let tie = 0;
  let previous: unknown;
  for (const hit of hits) {
    const values = ruleValues(hit);
    if (!isDeepStrictEqual(values, previous)) tie += 1;
    previous = values;
    tieById.set(hit.id, tie);
  }
  return tieById;
}

/**
 * What the ranking rules say of a hit, in rule order. Of each rule its counts and values, not its `score`: a score is a
 * share of the largest count on the server that gave it, so it means something else on another server.
 */
function ruleValues(hit: Hit<Movie>): unknown[] {
  const details = (hit._rankingScoreDetails ?? {}) as Record<string, Record<string, unknown>>;
  const rules = Object.entries(details).sort(([, a], [, b]) => Number(a["order"]) - Number(b["order"]));
  return rules.map(([name, detail]) => {
    const facts = Object.entries(detail).filter(([field]) => field !== "order" && !field.startsWith("max"));
    const values = facts.filter(([field]) => field !== "score");
    return [name, Object.fromEntries(values.length > 0 ? values : facts)];
  });
}

/** Everything a hit shows, its rule values included. */
function contents(hit: Hit<Movie> | undefined): unknown {
  if (hit === undefined) return undefined;
  const { _rankingScoreDetails, ...shown } = hit;
  return { shown, rules: ruleValues(hit) };
}
