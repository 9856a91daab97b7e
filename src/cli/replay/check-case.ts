import { isDeepStrictEqual } from "node:util";
import type { JsonObject, JsonValue } from "../../core/types.ts";
import { isObject } from "../../merge/answer-shape.ts";
import { mergeSearch } from "../../merge/search.ts";
import type { SearchView } from "../../merge/search-view.ts";
import { planSearch } from "../../merge/shard-request.ts";
import type { RankingCase } from "./recording.ts";

/** What is compared between a merged answer and the one node's. */
export const ASPECTS = ["order", "totals", "facets", "echo"] as const;

/** One compared aspect. */
export type Aspect = (typeof ASPECTS)[number];

/** Which aspects of a case the merger got right. */
export type CaseVerdict = Readonly<Record<Aspect, boolean>>;

/** Merges the recorded nodes' answers of a case and compares the result with the one node's answer. */
export function checkCase(recorded: RankingCase, view: SearchView): CaseVerdict {
  const { request, single } = recorded;
  const planned = planSearch(request, view).plan;
  const plan = { ...planned, keepDetails: true };
  const parts = recorded.shards.map((body, order) => ({ order, body }));
  const { body } = mergeSearch({ request, plan, view, parts });
  const hits = Array.isArray(body["hits"]) ? body["hits"] : [];
  const same = (...fields: string[]) => fields.every((field) => isDeepStrictEqual(body[field], single[field]));
  return {
    order: isDeepStrictEqual(hits.map(ruleValues), recorded.singleScored.map(ruleValues)),
    totals: same("estimatedTotalHits", "totalHits", "totalPages"),
    facets: same("facetStats") && sameFacets(body, single, view),
    echo:
      same("query", "limit", "offset", "page", "hitsPerPage") && isDeepStrictEqual(fieldsOf(body), fieldsOf(single)),
  };
}

/**
 * What ranks a hit, as text: counts where the rule has them, because the `score` beside a count has a denominator that
 * depends on the node.
 */
function ruleValues(hit: JsonValue): string {
  const details = isObject(hit) ? hit["_rankingScoreDetails"] : undefined;
  if (!isObject(details)) return "none";
  return JSON.stringify(
    Object.entries(details).map(([name, detail]) => [name, isObject(detail) ? counted(detail) : detail]),
  );
}

function counted({ score, maxMatchingWords: _words, maxTypoCount: _typos, ...values }: JsonObject): JsonObject {
  const hasCount = ["matchingWords", "typoCount", "matchType"].some((field) => values[field] !== undefined);
  return hasCount || score === undefined ? values : { ...values, score };
}

/** The same counts, attributes in the same order, and values in the same order as far as one node's order is defined. */
function sameFacets(merged: JsonObject, single: JsonObject, view: SearchView): boolean {
  const [ours, theirs] = [merged["facetDistribution"], single["facetDistribution"]];
  if (!isObject(ours) || !isObject(theirs)) return ours === theirs;
  const orders = view.sortFacetValuesBy;
  const shown = (facets: JsonObject) =>
    Object.entries(facets).map(([name, values]) => [name, valueOrder(values, orders[name] ?? orders["*"] ?? "alpha")]);
  return isDeepStrictEqual(ours, theirs) && isDeepStrictEqual(shown(ours), shown(theirs));
}

/** By count, one node orders equal counts by how its facet tree happens to be grouped: only the counts can be compared. */
function valueOrder(values: JsonValue | undefined, order: "alpha" | "count"): JsonValue[] {
  if (!isObject(values)) return [];
  return order === "count" ? Object.values(values) : Object.keys(values);
}

/** Names of the answer's fields in order; the recordings were made without processingTimeMs. */
function fieldsOf(body: JsonObject): string[] {
  return Object.keys(body).filter((field) => field !== "processingTimeMs");
}
