import type { JsonObject } from "../core/types.ts";
import { objectsOf } from "./answer-shape.ts";
import { type SearchExactness, searchExactness } from "./exactness.ts";
import { mergeFacets } from "./facets.ts";
import { type MergedHits, mergeHits } from "./hits.ts";
import { bodiesInOrder, type Part } from "./part.ts";
import type { SearchView } from "./search-view.ts";
import { sliceOf } from "./search-window.ts";
import type { MergePlan } from "./shard-request.ts";
import { stripHit } from "./strip.ts";
import { pagingFields, sumTotals } from "./totals.ts";

/** Input of {@link mergeSearch}. */
export interface SearchMerge {
  /** The user's normalised search body. */
  readonly request: JsonObject;
  readonly plan: MergePlan;
  readonly view: SearchView;
  readonly parts: readonly Part[];
}

/** A merged search answer. */
export interface MergedSearch {
  readonly body: JsonObject;
  readonly exactness: SearchExactness;
}

/**
 * Merges the nodes' answers to one search into the answer that one node with all documents would give, keys in the
 * server's order. Throws `miroir_bad_answer` or `miroir_merge` rather than guess.
 */
export function mergeSearch(merge: SearchMerge): MergedSearch {
  const bodies = bodiesInOrder(merge.parts);
  return presentSearch(merge, bodies, mergeLists(bodies, merge.plan));
}

/** The answer around a merged list: the page out of it, and the other fields out of the nodes' answers. */
export function presentSearch(
  merge: Omit<SearchMerge, "parts">,
  bodies: readonly [JsonObject, ...JsonObject[]],
  merged: MergedHits,
): MergedSearch {
  const { request, plan, view } = merge;
  const page = plan.isWhole ? merged.hits : sliceOf(merged.hits, plan.window);
  const total = Math.max(0, sumTotals(bodies) - merged.rejected);
  const facets = plan.facets ? mergeFacets(bodies, { view, candidates: total }) : undefined;

  const body: JsonObject = { hits: page.map((hit) => stripHit(hit, merge)), query: bodies[0]["query"] ?? "" };
  copyFirst(bodies, body, "queryVector");
  body["processingTimeMs"] = Math.max(0, ...bodies.map(processingTime));
  Object.assign(body, pagingFields(plan.window, total));
  if (facets !== undefined) Object.assign(body, { facetDistribution: facets.distribution, facetStats: facets.stats });
  for (const field of ["requestUid", "metadata"]) copyFirst(bodies, body, field);
  copyFirst(
    [...bodies].sort((left, right) => processingTime(right) - processingTime(left)),
    body,
    "performanceDetails",
  );
  if (plan.isWhole) copyFirst(bodies, body, "semanticHitCount");
  else if (bodies.some((each) => each["semanticHitCount"] !== undefined)) body["semanticHitCount"] = semanticHits(page);

  const { truncated = [], respelled = [] } = facets ?? {};
  return { body, exactness: searchExactness({ request, plan, parts: bodies.length, merged, truncated, respelled }) };
}

/** The nodes' lists as one. A single list needs no merging: it is in order and without duplicates already. */
export function mergeLists(bodies: readonly JsonObject[], plan: MergePlan): MergedHits {
  const lists = bodies.map((body) => objectsOf(body["hits"], "`hits`"));
  const [only] = lists;
  if (lists.length > 1 || only === undefined || plan.precedence !== undefined) return mergeHits(lists, plan);
  const hits = only.slice(0, plan.required);
  return { hits, ranked: hits, pins: [], rejected: 0, isMultiValued: false, isCutOff: false };
}

function processingTime(body: JsonObject): number {
  return typeof body["processingTimeMs"] === "number" ? body["processingTimeMs"] : 0;
}

function copyFirst(bodies: readonly JsonObject[], target: JsonObject, field: string): void {
  const value = bodies.find((body) => (body[field] ?? null) !== null)?.[field];
  if (value !== undefined) target[field] = value;
}

/** The server counts the hits of the page that a vector took part in. */
function semanticHits(page: readonly JsonObject[]): number {
  return page.filter((hit) => Object.hasOwn(Object(hit["_rankingScoreDetails"]), "vectorSort")).length;
}
