import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { flatten } from "../engine/text/flatten.ts";

/**
 * Whether a sorted list of documents leaves a document out, as the server's does: it has one of the sort fields, but no
 * value in it to sort by (only `null`, empty lists or empty objects). Documents without the field come last.
 */
export function isLostInSort(document: JsonObject, sort: readonly string[]): boolean {
  const leaves = flatten(document);
  return sort.some((expression) => {
    const values = leaves.get(expression.replace(/:(asc|desc)$/, ""));
    return values !== undefined && !values.some(isSortable);
  });
}

function isSortable(value: JsonValue): boolean {
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean";
}
