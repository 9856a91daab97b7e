import type { JsonObject, JsonValue } from "../core/types.ts";
import { valuesAt } from "./attribute-path.ts";
import { normalizeFacetValue } from "./facet-value.ts";

/** Keeps the first hit of each value; see {@link distinctFilter}. */
export interface DistinctFilter {
  /** False when a hit accepted before has one of this hit's values. */
  readonly accepts: (hit: JsonObject) => boolean;
  /** True once a hit with more than one value was seen. */
  readonly sawSeveralValues: () => boolean;
}

/**
 * Keeps the first hit of each value of an attribute, in merged order. Texts are compared as the server's facets are
 * (trimmed, decomposed, lower case), a number never equals a text, and hits without a value are always kept.
 */
export function distinctFilter(attribute: string): DistinctFilter {
  const seen = new Set<string>();
  let several = false;
  return {
    accepts(hit) {
      const keys = distinctKeys(hit, attribute);
      several ||= keys.length > 1;
      if (keys.some((key) => seen.has(key))) return false;
      for (const key of keys) seen.add(key);
      return true;
    },
    sawSeveralValues: () => several,
  };
}

/** A hit's different values of an attribute in comparable form. */
function distinctKeys(hit: JsonObject, attribute: string): string[] {
  const keys = new Set<string>();
  for (const value of valuesAt(hit, attribute)) {
    const key = distinctKey(value);
    if (key !== undefined) keys.add(key);
  }
  return [...keys];
}

function distinctKey(value: JsonValue): string | undefined {
  if (typeof value === "number") return `n${value}`;
  if (typeof value === "string") return `s${normalizeFacetValue(value)}`;
  return typeof value === "boolean" ? `s${value}` : undefined;
}
