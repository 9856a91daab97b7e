import type { JsonObject } from "../core/types.ts";
import { compareCodePoints } from "./code-points.ts";
import { normalizeFacetValue } from "./facet-value.ts";

/** Up to this many candidates the server reads facets from the documents, above from its levels (milli `CANDIDATES_THRESHOLD`). */
const LEVELS_ABOVE = 3000;

/** How one facet's values are arranged. */
export interface FacetArrangement {
  readonly order: "alpha" | "count";
  /** True when the attribute has numbers (it has facet stats). */
  readonly isNumeric: boolean;
  readonly candidates: number;
  /** Most values to show. */
  readonly max: number;
}

interface FacetValue {
  readonly shown: string;
  /** What the server orders by: the number, its text, or the normalised text. */
  readonly key: number | string;
  readonly count: number;
}

/** Orders and cuts the values of one facet as one node does: numbers first, then texts. */
export function arrangeFacet(counts: ReadonlyMap<string, number>, facet: FacetArrangement): JsonObject {
  const fromLevels = facet.order === "count" || facet.candidates > LEVELS_ABOVE;
  const numbers: FacetValue[] = [];
  const texts: FacetValue[] = [];
  for (const [shown, count] of counts) {
    if (count === 0) continue;
    if (facet.isNumeric && isNumber(shown)) numbers.push({ shown, key: fromLevels ? Number(shown) : shown, count });
    else texts.push({ shown, key: normalizeFacetValue(shown), count });
  }
  const compare = facet.order === "count" ? byCount : byKey;
  const shownNumbers = numbers.sort(compare).slice(0, facet.max);
  // Reading from levels, the server looks for the limit only after adding a value, so a full list of numbers never ends the texts.
  const left = fromLevels && shownNumbers.length === facet.max ? texts.length : facet.max - shownNumbers.length;
  const shownTexts = texts.sort(compare).slice(0, left);
  return Object.fromEntries([...shownNumbers, ...shownTexts].map(({ shown, count }) => [shown, count]));
}

/** Most frequent first. One node breaks ties by the grouping of its facet tree, larger value first inside a group; only the latter is kept. */
function byCount(left: FacetValue, right: FacetValue): number {
  return right.count - left.count || byKey(right, left);
}

function byKey(left: FacetValue, right: FacetValue): number {
  if (typeof left.key === "number" && typeof right.key === "number") return left.key - right.key;
  return compareCodePoints(String(left.key), String(right.key));
}

/** The server prints numbers without exponent. */
function isNumber(shown: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(shown);
}
