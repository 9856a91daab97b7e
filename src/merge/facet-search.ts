import type { JsonObject } from "../core/types.ts";
import { badAnswer, numberOf, objectsOf } from "./answer-shape.ts";
import { compareCodePoints } from "./code-points.ts";
import { normalizeFacetValue } from "./facet-value.ts";
import { bodiesInOrder, type Part } from "./part.ts";
import type { SearchView } from "./search-view.ts";

/** Input of {@link mergeFacetSearch}. */
export interface FacetSearchMerge {
  readonly facetName: string;
  /** The user's `facetQuery`, null when absent. */
  readonly facetQuery: string | null;
  readonly view: Pick<SearchView, "facetMax" | "physicalFacetMax" | "sortFacetValuesBy" | "distinctAttribute">;
  readonly parts: readonly Part[];
}

/** A merged facet search. */
export interface MergedFacetSearch {
  readonly body: JsonObject;
  /** True when a node cut off a list ordered by count, or counted its distinct documents without knowing the other nodes'. */
  readonly isApproximate: boolean;
}

interface FacetHit {
  readonly value: string;
  readonly count: number;
}

/** Sums the nodes' facet hits by value, orders them as one node does and cuts them at the logical limit. */
export function mergeFacetSearch({ facetName, facetQuery, view, parts }: FacetSearchMerge): MergedFacetSearch {
  const bodies = bodiesInOrder(parts);
  const lists = bodies.map((body) => objectsOf(body["facetHits"], "`facetHits`").map(facetHit));
  const order = view.sortFacetValuesBy[facetName] ?? view.sortFacetValuesBy["*"] ?? "alpha";
  const facetHits = sumHits(lists.flat())
    .sort(order === "count" ? byCount : byText(facetQuery !== null))
    .slice(0, view.facetMax)
    .map(({ value, count }) => ({ value, count }));
  const processingTimeMs = Math.max(...bodies.map((body) => numberOf(body["processingTimeMs"] ?? 0, "the time")));
  const isTruncated = order === "count" && lists.some((list) => list.length >= view.physicalFacetMax);
  const isApproximate = lists.length > 1 && (isTruncated || view.distinctAttribute !== null);
  return { body: { facetHits, facetQuery, processingTimeMs }, isApproximate };
}

function facetHit(hit: JsonObject): FacetHit {
  if (typeof hit["value"] !== "string") throw badAnswer("a facet hit has no value");
  return { value: hit["value"], count: numberOf(hit["count"], "the count of a facet hit") };
}

/** Values that differ only by case or spelling are one value to the server; the more frequent form is shown. */
function sumHits(hits: readonly FacetHit[]): FacetHit[] {
  const groups = new Map<string, { shown: FacetHit; count: number }>();
  for (const hit of hits) {
    const normal = normalizeFacetValue(hit.value);
    const group = groups.get(normal);
    if (group === undefined) groups.set(normal, { shown: hit, count: hit.count });
    else
      groups.set(normal, { shown: hit.count > group.shown.count ? hit : group.shown, count: group.count + hit.count });
  }
  return [...groups.values()].map(({ shown, count }) => ({ value: shown.value, count }));
}

function byCount(left: FacetHit, right: FacetHit): number {
  return right.count - left.count || compareCodePoints(right.value, left.value);
}

/** With a facet query the server walks values without their accents, otherwise in facet order. */
function byText(hasQuery: boolean): (left: FacetHit, right: FacetHit) => number {
  return (left, right) => {
    const [a, b] = [normalizeFacetValue(left.value), normalizeFacetValue(right.value)];
    const withoutMarks = hasQuery ? compareCodePoints(withoutAccents(a), withoutAccents(b)) : 0;
    return withoutMarks || compareCodePoints(a, b);
  };
}

function withoutAccents(decomposed: string): string {
  return decomposed.replace(/\p{Mn}/gu, "");
}
