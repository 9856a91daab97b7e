import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { extractValues } from "../engine/fields/extract.ts";
import { distanceMeters, readGeoPoint } from "../engine/fields/geo.ts";
import { compareValues } from "../engine/rules/sort.ts";
import { parseSort, type SortExpression } from "../engine/search/sort-expression.ts";

/** What a document's place in a sorted list goes by, as nodes tell each other under `_federation`. */
export function sortValues(document: JsonObject, sort: readonly string[]): JsonValue[] {
  return parseSort(sort, "invalid_document_sort").map((expression) => weightedValue(document, expression));
}

function weightedValue(document: JsonObject, { by, isAscending: asc }: SortExpression): JsonObject {
  if ("field" in by) return { sort: { asc, value: bestValue(document, by.field, asc) } };
  const point = readGeoPoint(document["_geo"]);
  return { geoSort: { asc, distance: point === undefined ? null : distanceMeters(by.point, point) } };
}

/** The one of several values that comes first in the direction of the sort. */
function bestValue(document: JsonObject, field: string, isAscending: boolean): JsonValue {
  const values = extractValues(document, (path) => (path === field ? "match" : "parent")).get(field);
  const all = [...(values?.numbers ?? []), ...(values?.strings.keys() ?? [])];
  return all.sort((a, b) => compareValues(a, b, isAscending))[0] ?? null;
}
