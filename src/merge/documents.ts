import type { JsonObject, JsonValue } from "../core/types.ts";
import { badAnswer, isObject, numberOf, objectOf, objectsOf } from "./answer-shape.ts";
import { kWayMerge } from "./k-way.ts";
import { bodiesInOrder, type Part } from "./part.ts";
import { compareSortValues, type RankValue } from "./rules.ts";
import { withoutReserved } from "./strip.ts";

/** The page of a documents list. */
export interface DocumentsPage {
  readonly offset: number;
  readonly limit: number;
}

/** The contiguous slice of one part's own document list that belongs to a page. */
export interface PartWindow extends DocumentsPage {
  /** Index into the totals given. */
  readonly part: number;
}

/**
 * Which slice of which parts makes up an unsorted page, parts being concatenated in the order of their totals; parts
 * without a share are left out. One node orders by insertion, which is stored nowhere: this order is stable and complete.
 */
export function planUnsortedPage(totals: readonly number[], offset: number, limit: number): PartWindow[] {
  const windows: PartWindow[] = [];
  let skip = offset;
  let wanted = limit;
  for (const [part, total] of totals.entries()) {
    const take = Math.min(wanted, Math.max(0, total - skip));
    if (take > 0) windows.push({ part, offset: skip, limit: take });
    wanted -= take;
    skip = Math.max(0, skip - total);
    if (wanted <= 0) break;
  }
  return windows;
}

/** Concatenates the answers to the windows of {@link planUnsortedPage}; `total` is the sum over all parts. */
export function concatDocuments(parts: readonly Part[], page: DocumentsPage & { readonly total: number }): JsonObject {
  const bodies = parts.length === 0 ? [] : bodiesInOrder(parts);
  const results = bodies.flatMap((body) => objectsOf(body["results"], "`results`")).map(shownDocument);
  return { results: results.slice(0, page.limit), offset: page.offset, limit: page.limit, total: page.total };
}

/**
 * Merges sorted lists by the values that nodes add under `_federation` when asked with the header
 * `Meili-Proxy-Search: true`; each part was asked from offset 0 for `offset + limit` documents.
 */
export function mergeSortedDocuments(parts: readonly Part[], page: DocumentsPage): JsonObject {
  const bodies = bodiesInOrder(parts);
  const wanted = page.offset + page.limit;
  const merged: JsonObject[] = [];
  if (wanted > 0) {
    kWayMerge({
      lists: bodies.map((body) => objectsOf(body["results"], "`results`")),
      keyOf: sortKey,
      compare: compareSortKeys,
      visit: (document) => merged.push(document) < wanted,
    });
  }
  const total = bodies.reduce((sum, body) => sum + numberOf(body["total"], "`total`"), 0);
  return { results: merged.slice(page.offset).map(shownDocument), offset: page.offset, limit: page.limit, total };
}

/** One sort expression's value of a document. */
interface SortValue {
  readonly isAscending: boolean;
  readonly value: RankValue;
}

function sortKey(document: JsonObject): SortValue[] {
  const federation = objectOf(document["_federation"], "a sorted document's `_federation`");
  return objectsOf(federation["weightedScoreValues"], "`weightedScoreValues`").map(sortValue);
}

function sortValue(weighted: JsonObject): SortValue {
  const { sort, geoSort } = weighted;
  if (isObject(sort)) return { isAscending: sort["asc"] === true, value: comparable(sort["value"]) };
  if (isObject(geoSort)) return { isAscending: geoSort["asc"] === true, value: comparable(geoSort["distance"]) };
  throw badAnswer("a sorted document has a value that is no sort value");
}

function comparable(value: JsonValue | undefined): RankValue {
  return typeof value === "number" || typeof value === "string" ? value : null;
}

/** Distances too go by their direction here; the server's own merge forgets it and puts the farthest first. */
function compareSortKeys(left: readonly SortValue[], right: readonly SortValue[]): number {
  for (const [at, { isAscending, value }] of left.entries()) {
    const difference = compareSortValues(value, right[at]?.value ?? null, isAscending);
    if (difference !== 0) return difference;
  }
  return 0;
}

function shownDocument(document: JsonObject): JsonObject {
  const shown = withoutReserved(document);
  delete shown["_federation"];
  return shown;
}
