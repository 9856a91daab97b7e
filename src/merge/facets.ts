import type { JsonObject } from "../core/types.ts";
import { isReserved } from "../routing/reserved.ts";
import { badAnswer, isObject, numberOf, objectOf } from "./answer-shape.ts";
import { compareCodePoints } from "./code-points.ts";
import { arrangeFacet } from "./facet-order.ts";
import { normalizeFacetValue } from "./facet-value.ts";
import type { SearchView } from "./search-view.ts";

/** The facet fields of a merged answer. */
export interface MergedFacets {
  readonly distribution: JsonObject;
  readonly stats: JsonObject;
  /** Attributes whose values a node had to cut off, so that counts may be too low. */
  readonly truncated: readonly string[];
  /** Attributes with a value that nodes spell differently; one node shows the spelling of its first document. */
  readonly respelled: readonly string[];
}

/** What decides order and length of merged facets. */
export interface FacetOptions {
  readonly view: Pick<SearchView, "facetMax" | "physicalFacetMax" | "sortFacetValuesBy">;
  /** Number of documents counted, over all nodes: the server orders numbers differently above 3,000. */
  readonly candidates: number;
}

/** Sums the nodes' facets, then orders and cuts each as the logical settings say. */
export function mergeFacets(bodies: readonly JsonObject[], { view, candidates }: FacetOptions): MergedFacets {
  const distributions = bodies.map((body) => objectOf(body["facetDistribution"] ?? {}, "`facetDistribution`"));
  const stats = mergeStats(bodies);
  const distribution: JsonObject = {};
  const truncated: string[] = [];
  const respelled: string[] = [];
  for (const name of fieldsOf(distributions)) {
    const facets = distributions.flatMap((each) => each[name] ?? []).map((each) => objectOf(each, `facet \`${name}\``));
    const isNumeric = stats[name] !== undefined;
    const order = view.sortFacetValuesBy[name] ?? view.sortFacetValuesBy["*"] ?? "alpha";
    const [only] = facets;
    // One node's list that needs no cut is in that node's order already, ties included.
    const isReady = bodies.length === 1 && only !== undefined && Object.keys(only).length <= view.facetMax;
    const arrangement = { order, isNumeric, candidates, max: view.facetMax };
    const counts = sumFacet(facets);
    distribution[name] = isReady ? only : arrangeFacet(counts, arrangement);
    if (facets.some((each) => Object.keys(each).length >= view.physicalFacetMax)) truncated.push(name);
    if (counts.size < new Set(facets.flatMap((each) => Object.keys(each))).size) respelled.push(name);
  }
  return { distribution, stats, truncated: bodies.length > 1 ? truncated : [], respelled };
}

function fieldsOf(objects: readonly JsonObject[]): string[] {
  const names = new Set(objects.flatMap((each) => Object.keys(each)));
  return [...names].filter((name) => !isReserved(name)).sort(compareCodePoints);
}

/** Counts per shown value; texts that the server takes for one value are added under the most frequent spelling. */
function sumFacet(facets: readonly JsonObject[]): Map<string, number> {
  const spellings = new Map<string, number>();
  for (const facet of facets) {
    for (const value of Object.keys(facet)) {
      spellings.set(value, (spellings.get(value) ?? 0) + numberOf(facet[value], `the count of \`${value}\``));
    }
  }
  return facets.length === 1 ? spellings : joinSpellings(spellings);
}

function joinSpellings(spellings: ReadonlyMap<string, number>): Map<string, number> {
  const groups = new Map<string, { shown: string; best: number; count: number }>();
  for (const [value, count] of spellings) {
    const normal = normalizeFacetValue(value);
    const group = groups.get(normal);
    if (group === undefined) {
      groups.set(normal, { shown: value, best: count, count });
      continue;
    }
    group.count += count;
    if (count > group.best || (count === group.best && compareCodePoints(value, group.shown) < 0)) {
      group.shown = value;
      group.best = count;
    }
  }
  return new Map([...groups.values()].map(({ shown, count }) => [shown, count]));
}

function mergeStats(bodies: readonly JsonObject[]): JsonObject {
  const all = bodies.map((body) => objectOf(body["facetStats"] ?? {}, "`facetStats`"));
  const merged: JsonObject = {};
  for (const name of fieldsOf(all)) {
    const stats = all.map((each) => each[name]).filter((each) => each !== undefined);
    if (!stats.every(isObject)) throw badAnswer(`the facet stats of \`${name}\` are not an object`);
    merged[name] = {
      min: Math.min(...stats.map((each) => numberOf(each["min"], "facet `min`"))),
      max: Math.max(...stats.map((each) => numberOf(each["max"], "facet `max`"))),
    };
  }
  return merged;
}
