import type { JsonObject, JsonValue } from "../../core/types.ts";
import { defaultSettings } from "./default-settings.ts";
import { isObject, objectOf, textsOf } from "./json-shape.ts";

/** Settings that the server keeps as a set: sorted, each entry once. */
const SETS: ReadonlySet<string> = new Set([
  "sortableAttributes",
  "stopWords",
  "nonSeparatorTokens",
  "separatorTokens",
  "dictionary",
]);

/** Lists of attributes in the user's order, each once; `*` among them means all. */
const ATTRIBUTE_LISTS: ReadonlySet<string> = new Set(["displayedAttributes", "searchableAttributes"]);

/**
 * The complete logical settings after a change, as the server would read them back: `null` resets a setting, objects
 * merge where the server merges them (typo tolerance, faceting, pagination, embedders), lists take each other's place.
 */
export function applyPatch(logical: JsonObject, patch: JsonObject): JsonObject {
  const after: JsonObject = { ...defaultSettings, ...logical };
  for (const [key, value] of Object.entries(patch)) {
    const changed = value === null ? (defaultSettings[key] ?? null) : changeSetting(key, after[key], value);
    after[key] = structuredClone(changed);
  }
  return after;
}

function changeSetting(key: string, before: JsonValue | undefined, value: JsonValue): JsonValue {
  if (SETS.has(key)) return sortedSet(value);
  if (ATTRIBUTE_LISTS.has(key)) return attributeList(value);
  switch (key) {
    case "filterableAttributes":
      return Array.isArray(value) ? value.map(completeRule) : value;
    case "synonyms":
      return sortedKeys(objectOf(value));
    case "typoTolerance":
      return changeTypos(objectOf(before), objectOf(value));
    case "faceting":
      return changeFaceting(objectOf(before), objectOf(value));
    case "pagination":
      return mergeOver(objectOf(before), objectOf(value), objectOf(defaultSettings["pagination"]));
    case "embedders":
      return changeEmbedders(objectOf(before), objectOf(value));
    case "chat":
      return mergeOver(objectOf(before), objectOf(value), {});
    default:
      return value;
  }
}

/** Fields of `patch` over those of `before`; `null` brings the default back, or takes the field away. */
function mergeOver(before: JsonObject, patch: JsonObject, defaults: JsonObject): JsonObject {
  const after: JsonObject = { ...before };
  for (const [key, value] of Object.entries(patch)) {
    const wanted = value === null ? defaults[key] : value;
    if (wanted === undefined) delete after[key];
    else after[key] = wanted;
  }
  return after;
}

function changeTypos(before: JsonObject, patch: JsonObject): JsonObject {
  const defaults = objectOf(defaultSettings["typoTolerance"]);
  const after = mergeOver(before, patch, defaults);
  const sizes = patch["minWordSizeForTypos"];
  if (isObject(sizes)) {
    const previous = objectOf(before["minWordSizeForTypos"]);
    after["minWordSizeForTypos"] = mergeOver(previous, sizes, objectOf(defaults["minWordSizeForTypos"]));
  }
  for (const key of ["disableOnWords", "disableOnAttributes"]) after[key] = sortedSet(after[key] ?? []);
  return after;
}

/** The orders of facet values are replaced as a whole, and always name one for `*`. */
function changeFaceting(before: JsonObject, patch: JsonObject): JsonObject {
  const after = mergeOver(before, patch, objectOf(defaultSettings["faceting"]));
  after["sortFacetValuesBy"] = sortedKeys({ "*": "alpha", ...objectOf(after["sortFacetValuesBy"]) });
  return after;
}

/** Embedders merge by name, then by field; another source starts anew. */
function changeEmbedders(before: JsonObject, patch: JsonObject): JsonObject {
  const after: JsonObject = { ...before };
  for (const [name, change] of Object.entries(patch)) {
    if (!isObject(change)) delete after[name];
    else {
      const previous = objectOf(after[name]);
      const isOther = change["source"] !== undefined && change["source"] !== previous["source"];
      after[name] = mergeOver(isOther ? {} : previous, change, {});
    }
  }
  return sortedKeys(after);
}

/** A filterable pattern with every feature spelled out. */
function completeRule(rule: JsonValue): JsonValue {
  if (!isObject(rule)) return rule;
  const features = objectOf(rule["features"]);
  const filter = { equality: true, comparison: false, ...objectOf(features["filter"]) };
  return { ...rule, features: { facetSearch: false, ...features, filter } };
}

function attributeList(value: JsonValue): JsonValue {
  const names = [...new Set(textsOf(value))];
  return names.includes("*") ? ["*"] : names;
}

function sortedSet(value: JsonValue): JsonValue {
  return [...new Set(textsOf(value))].sort();
}

function sortedKeys(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
