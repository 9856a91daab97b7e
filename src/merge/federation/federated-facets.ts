import type { JsonObject } from "../../core/types.ts";
import { badAnswer, isObject, numberOf, objectOf } from "../answer-shape.ts";
import { compareCodePoints } from "../code-points.ts";
import { type MergedFacets, mergeFacets } from "../facets.ts";
import type { SearchView } from "../search-view.ts";

/** An index whose facets were asked for. */
export interface FacetedIndex {
  readonly uid: string;
  readonly view: SearchView;
  /** Number of documents that its queries found. */
  readonly candidates: number;
}

/** The facets of one index, merged over the nodes. */
export interface IndexFacets extends FacetedIndex {
  readonly facets: MergedFacets;
}

/** The facets that the nodes count for each index, under the uid that the nodes know it by. */
export function facetsOfIndexes(
  bodies: readonly JsonObject[],
  indexes: readonly (FacetedIndex & { readonly physicalUid: string })[],
): IndexFacets[] {
  return indexes.flatMap(({ physicalUid, ...index }) => {
    const own = bodies.flatMap((body) => {
      const facets = objectOf(body["facetsByIndex"] ?? {}, "`facetsByIndex`")[physicalUid];
      return isObject(facets) ? [facets] : [];
    });
    if (own.length === 0) return [];
    const parts = own.map(({ distribution = {}, stats = {} }) => ({
      facetDistribution: distribution,
      facetStats: stats,
    }));
    return [{ ...index, facets: mergeFacets(parts, index) }];
  });
}

/** Facets of all indexes as one, and how long each may be. */
export function joinFacets(indexes: readonly IndexFacets[], maxValuesPerFacet: number | undefined): JsonObject {
  const distribution: JsonObject = {};
  const stats: JsonObject = {};
  for (const name of namesIn(indexes)) {
    const holders = indexes.filter(({ facets }) => isObject(facets.distribution[name]));
    const counts = new Map<string, number>();
    for (const { facets } of holders) {
      for (const [value, count] of Object.entries(objectOf(facets.distribution[name], "a facet"))) {
        counts.set(value, (counts.get(value) ?? 0) + numberOf(count, "a facet count"));
      }
    }
    const [first] = holders;
    const order = first === undefined ? "alpha" : orderOf(first, name);
    // Equal counts stay in the order of the indexes' own lists.
    const entries = [...counts].sort(order === "count" ? byCount : byValue);
    distribution[name] = Object.fromEntries(entries.slice(0, maxValuesPerFacet));
    const bounds = holders.flatMap(({ facets }) => facets.stats[name] ?? []);
    if (bounds.length > 0) stats[name] = widest(bounds);
  }
  return { facetDistribution: distribution, facetStats: stats };
}

type ValueCount = readonly [value: string, count: number];

function byCount([, left]: ValueCount, [, right]: ValueCount): number {
  return right - left;
}

function byValue([left]: ValueCount, [right]: ValueCount): number {
  return compareCodePoints(left, right);
}

function namesIn(indexes: readonly IndexFacets[]): string[] {
  return [...new Set(indexes.flatMap(({ facets }) => Object.keys(facets.distribution)))].sort(compareCodePoints);
}

function widest(bounds: readonly unknown[]): JsonObject {
  const all = bounds.filter(isObject);
  if (all.length < bounds.length) throw badAnswer("facet stats are not an object");
  return {
    min: Math.min(...all.map(({ min }) => numberOf(min, "facet `min`"))),
    max: Math.max(...all.map(({ max }) => numberOf(max, "facet `max`"))),
  };
}

function orderOf({ view }: Pick<FacetedIndex, "view">, name: string): "alpha" | "count" {
  return view.sortFacetValuesBy[name] ?? view.sortFacetValuesBy["*"] ?? "alpha";
}

/** Two indexes that order the values of one facet differently, which a server refuses to merge. */
export interface FacetClash {
  readonly facet: string;
  readonly first: { readonly uid: string; readonly order: "alpha" | "count" };
  readonly second: { readonly uid: string; readonly order: "alpha" | "count" };
}

/** An index and the facets that are wanted of it. */
export interface WantedFacets extends Pick<FacetedIndex, "uid" | "view"> {
  readonly names: readonly string[];
}

/** The first facet that cannot be merged, going through the indexes in order. */
export function clashingFacet(indexes: readonly WantedFacets[]): FacetClash | undefined {
  for (const second of indexes) {
    for (const facet of second.names) {
      const first = indexes.find(({ names }) => names.includes(facet));
      if (first === undefined || orderOf(first, facet) === orderOf(second, facet)) continue;
      const side = (index: WantedFacets) => ({ uid: index.uid, order: orderOf(index, facet) });
      return { facet, first: side(first), second: side(second) };
    }
  }
  return undefined;
}
