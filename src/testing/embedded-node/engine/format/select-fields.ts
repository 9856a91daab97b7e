import type { JsonObject, JsonValue } from "../../../../core/types.ts";
import { isWithin } from "../fields/name-match.ts";

/**
 * The part of a document that dotted field names select, in document order. A name may point into nested objects and
 * into every object of an array; elements of an array in which nothing was selected fall away.
 */
export function selectFields(document: JsonObject, names: Iterable<string>): JsonObject {
  const selectors = new Set(names);
  const selected: JsonObject = {};
  for (const [key, value] of Object.entries(document)) {
    const part = selectValue(key, value, selectors);
    if (part !== undefined) selected[key] = part;
  }
  return selected;
}

function selectValue(key: string, value: JsonValue, selectors: ReadonlySet<string>): JsonValue | undefined {
  if (selectors.has(key) && !key.includes(".")) return value;
  const below = new Set<string>();
  for (const selector of selectors) {
    if (isWithin(selector, key) && selector.length > key.length) below.add(selector.slice(key.length + 1));
  }
  if (below.size === 0) return selectors.has(key) ? value : undefined;
  if (Array.isArray(value)) return selectItems(value, below);
  return typeof value === "object" && value !== null ? selectFields(value, below) : undefined;
}

function selectItems(items: readonly JsonValue[], selectors: ReadonlySet<string>): JsonValue[] {
  const selected: JsonValue[] = [];
  for (const item of items) {
    if (Array.isArray(item)) selected.push(selectItems(item, selectors));
    else if (typeof item === "object" && item !== null) {
      const part = selectFields(item, selectors);
      if (Object.keys(part).length > 0) selected.push(part);
    }
  }
  return selected;
}
