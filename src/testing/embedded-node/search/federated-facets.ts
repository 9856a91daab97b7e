import type { JsonObject } from "../../../core/types.ts";
import { compareBytes } from "../engine/fields/byte-order.ts";
import { ApiError } from "../http/api-error.ts";
import type { RouteContext } from "../http/route.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { createEngine } from "../indexes/engine-factory.ts";
import { engineSettings } from "../settings/stored-settings.ts";
import type { Federation } from "./federation-body.ts";
import type { IndexResult } from "./index-result.ts";
import { inside } from "./inside-query.ts";
import { engineSearch } from "./run-search.ts";

interface Facets {
  readonly indexUid: string;
  /** Position of the first query about the index. */
  readonly position: number;
  readonly distribution: JsonObject;
  readonly stats: JsonObject;
}

/** The facets of a federated search: by index, or merged into one distribution. */
export function federatedFacets(
  context: RouteContext,
  results: readonly IndexResult[],
  federation: Federation,
): JsonObject {
  const wanted = federation.facetsByIndex ?? {};
  for (const uid of Object.keys(wanted).sort()) checkUnused(context, results, uid);
  const found = results.flatMap((result) => {
    const facets = wanted[result.index.uid];
    return facets === undefined || facets === null ? [] : [facetsOf(context, result, facets)];
  });
  if (federation.mergeFacets !== undefined && federation.mergeFacets !== null) checkOrders(context, found, wanted);
  if (found.length === 0) return {};
  if (federation.mergeFacets !== undefined && federation.mergeFacets !== null) {
    return merged(results, found, federation.mergeFacets.maxValuesPerFacet);
  }
  const byIndex = found.map(({ indexUid, distribution, stats }) => [indexUid, { distribution, stats }] as const);
  return { facetsByIndex: Object.fromEntries(byIndex) };
}

/** Facets of several indexes can be merged only when all order their values alike. */
function checkOrders(
  context: RouteContext,
  found: readonly Facets[],
  wanted: Readonly<Record<string, readonly string[] | null>>,
): void {
  const firstByFacet = new Map<string, { uid: string; by: "alpha" | "count" }>();
  const used = found.map(({ indexUid, position, distribution }) => ({
    uid: indexUid,
    position,
    names: Object.keys(distribution),
  }));
  const unused = Object.keys(wanted)
    .sort()
    .filter((uid) => !found.some(({ indexUid }) => indexUid === uid))
    .map((uid) => ({ uid, position: undefined, names: wanted[uid] ?? [] }));
  for (const { uid, position, names } of [...used, ...unused]) {
    for (const facet of names) {
      const by = orderOf(facet, context.node.index(uid).settings);
      const first = firstByFacet.get(facet) ?? { uid, by };
      firstByFacet.set(facet, first);
      if (first.by === by) continue;
      const place = `.federation.facetsByIndex.${uid}`;
      const orders = [first, { uid, by }] as const;
      if (position !== undefined)
        inside(`.queries[${position}]`, () => inside(place, () => refuseOrders(facet, orders)));
      inside(place, () => refuseOrders(facet, orders, `\n - Note: index \`${uid}\` is not used in queries`));
    }
  }
}

type FacetOrderOf = { readonly uid: string; readonly by: "alpha" | "count" };

function refuseOrders(facet: string, [first, second]: readonly [FacetOrderOf, FacetOrderOf], note = ""): never {
  const words = { alpha: "alphabetically", count: "by count" };
  throw new ApiError(
    "invalid_multi_search_facet_order",
    `Inconsistent order for values in facet \`${facet}\`: index \`${first.uid}\` orders ${words[first.by]}, but index \`${second.uid}\` orders ${words[second.by]}.\n - Hint: Remove \`federation.mergeFacets\` or change \`faceting.sortFacetValuesBy\` to be consistent in settings.${note}`,
  );
}

function checkUnused(context: RouteContext, results: readonly IndexResult[], uid: string): void {
  if (results.some((result) => result.index.uid === uid) || context.node.indexByUid.has(uid)) return;
  inside(`.federation.facetsByIndex.${uid}`, () => {
    throw new ApiError(
      "index_not_found",
      `Index \`${uid}\` not found.\n - Note: index \`${uid}\` is not used in queries`,
    );
  });
}

function facetsOf(context: RouteContext, result: IndexResult, facets: readonly string[]): Facets {
  const { index, queries, documents } = result;
  const [first] = queries;
  const { position, query } = first ?? { position: 0, query: { indexUid: index.uid } };
  const search = { ...query, offset: 0, limit: 0, facets: [...facets] };
  const answer = inside(`.queries[${position}]`, () =>
    inside(`.federation.facetsByIndex.${index.uid}`, () => {
      if (documents !== undefined) return facetsOfDocuments(index, documents, facets);
      return index.engine.search(index.uid, engineSearch(context, index, search));
    }),
  );
  return {
    indexUid: index.uid,
    position,
    distribution: (answer["facetDistribution"] ?? {}) as JsonObject,
    stats: (answer["facetStats"] ?? {}) as JsonObject,
  };
}

/** Several queries of one index share their facets: those of the documents that any of them found. */
function facetsOfDocuments(
  index: EmbeddedIndex,
  documents: ReadonlySet<JsonObject>,
  facets: readonly string[],
): JsonObject {
  const engine = createEngine(engineSettings(index.settings), index.primaryKey);
  for (const [docid, document] of [...documents].entries()) engine.put(docid, document);
  return engine.search(index.uid, { limit: 0, facets });
}

function merged(
  results: readonly IndexResult[],
  found: readonly Facets[],
  limit: number | null | undefined,
): JsonObject {
  const counts = new Map<string, Map<string, number>>();
  const stats: Record<string, { min: number; max: number }> = {};
  const orders = new Map<string, "alpha" | "count">();
  for (const facets of found) {
    const settings = results.find(({ index }) => index.uid === facets.indexUid)?.index.settings ?? {};
    for (const [facet, values] of Object.entries(facets.distribution)) {
      const sums = counts.get(facet) ?? new Map<string, number>();
      for (const [value, count] of Object.entries(values as Record<string, number>)) {
        sums.set(value, (sums.get(value) ?? 0) + count);
      }
      counts.set(facet, sums);
      orders.set(facet, orders.get(facet) ?? orderOf(facet, settings));
    }
    for (const [facet, { min, max }] of Object.entries(facets.stats as Record<string, { min: number; max: number }>)) {
      const before = stats[facet] ?? { min, max };
      stats[facet] = { min: Math.min(before.min, min), max: Math.max(before.max, max) };
    }
  }
  const distribution = [...counts]
    .sort(([left], [right]) => compareBytes(left, right))
    .map(([facet, sums]) => [facet, shown(sums, orders.get(facet) ?? "alpha", limit ?? undefined)]);
  return { facetDistribution: Object.fromEntries(distribution) as JsonObject, facetStats: stats };
}

function orderOf(facet: string, settings: EmbeddedIndex["settings"]): "alpha" | "count" {
  const { sortFacetValuesBy } = engineSettings(settings).faceting;
  return sortFacetValuesBy[facet] ?? sortFacetValuesBy["*"] ?? "alpha";
}

/** Each index has cut its own values already; only a limit of the federation cuts what they make together. */
function shown(counts: ReadonlyMap<string, number>, by: "alpha" | "count", limit: number | undefined): JsonObject {
  const entries = [...counts].sort(([a, left], [b, right]) => {
    return by === "count" ? right - left : compareBytes(a, b);
  });
  return Object.fromEntries(entries.slice(0, limit));
}
