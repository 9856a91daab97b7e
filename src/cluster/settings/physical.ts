import type { JsonObject, JsonValue } from "../../core/types.ts";
import { RESERVED_PREFIX, RESERVED_VERSION } from "../../routing/reserved.ts";
import { defaultSettings } from "./default-settings.ts";
import { isObject, objectOf, sameJson, textsOf } from "./json-shape.ts";
import { mergeAttributes } from "./merge-attributes.ts";
import { guardEmbedder } from "./template-guard.ts";

/** What physical settings depend on beside the logical ones. */
export interface SettingsContext {
  readonly primaryKey: string | null;
}

/**
 * The first rule of every physical `filterableAttributes`: it makes miroir's own fields filterable, and keeps a later
 * `*` of the user's from offering them in facet searches. The server uses the first rule that matches.
 */
export const RESERVED_RULE: JsonObject = {
  attributePatterns: [`${RESERVED_PREFIX}*`],
  features: { facetSearch: false, filter: { equality: true, comparison: true } },
};

/** How many values per facet nodes are asked to answer with, so that sums over nodes are exact more often. */
export function physicalFacetMax(logicalMax: number): number {
  return Math.max(10 * logicalMax, 1000);
}

/**
 * The whole settings of a node for complete logical settings; sending them to any node leaves it right, but for
 * embedders that it has and should not have ({@link physicalPatch}).
 */
export function toPhysical(logical: JsonObject, context: SettingsContext): JsonObject {
  const faceting = objectOf(logical["faceting"]);
  const facetMax = faceting["maxValuesPerFacet"] ?? objectOf(defaultSettings["faceting"])["maxValuesPerFacet"];
  const filterable = logical["filterableAttributes"];
  const embedders = Object.entries(objectOf(logical["embedders"]));
  return {
    ...logical,
    filterableAttributes: [RESERVED_RULE, ...(Array.isArray(filterable) ? filterable : [])],
    sortableAttributes: [...new Set([...textsOf(logical["sortableAttributes"]), RESERVED_VERSION])].sort(),
    displayedAttributes: physicalDisplayed(logical, context),
    faceting: { ...faceting, maxValuesPerFacet: physicalFacetMax(Number(facetMax)) },
    embedders: Object.fromEntries(embedders.map(([name, embedder]) => [name, guardEmbedder(embedder)])),
  };
}

/**
 * The settings body that takes nodes from one version of the logical settings to the next: the keys whose physical
 * value changes, such as the displayed attributes after a change of the sortable ones. It repeats what it names in full,
 * so sending it twice, or to a node that has it, changes nothing.
 */
export function physicalPatch(before: JsonObject, after: JsonObject, context: SettingsContext): JsonObject {
  const [old, next] = [toPhysical(before, context), toPhysical(after, context)];
  const changed = Object.entries(next).filter(([key, value]) => !sameJson(old[key], value));
  const patch: JsonObject = Object.fromEntries(changed);
  if (patch["embedders"] !== undefined) {
    patch["embedders"] = embedderPatch(objectOf(old["embedders"]), objectOf(next["embedders"]));
  }
  if (patch["typoTolerance"] !== undefined) {
    patch["typoTolerance"] = typoPatch(objectOf(old["typoTolerance"]), objectOf(next["typoTolerance"]));
  }
  return patch;
}

/** Attributes that a user may see, and those whose values miroir needs to merge answers; it hides these itself. */
function physicalDisplayed(logical: JsonObject, { primaryKey }: SettingsContext): JsonValue {
  const displayed = textsOf(logical["displayedAttributes"] ?? ["*"]);
  if (displayed.includes("*")) return ["*"];
  const distinct = logical["distinctAttribute"];
  const needed = mergeAttributes({
    primaryKey,
    sortableAttributes: textsOf(logical["sortableAttributes"]),
    rankingRules: textsOf(logical["rankingRules"]),
    distinctAttribute: typeof distinct === "string" ? distinct : null,
  });
  return [...new Set([...displayed, ...needed])];
}

/**
 * Names only the word sizes that change: servers refuse a call with two that do not go together, but fail the task of one
 * that does not go with the size they have.
 */
function typoPatch(before: JsonObject, after: JsonObject): JsonObject {
  const old = objectOf(before["minWordSizeForTypos"]);
  const sizes = Object.entries(objectOf(after["minWordSizeForTypos"]));
  return { ...after, minWordSizeForTypos: Object.fromEntries(sizes.filter(([name, size]) => old[name] !== size)) };
}

/** Removed embedders become `null`, and so do removed fields as long as the source stays: nodes merge what they get. */
function embedderPatch(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const name of Object.keys(before)) if (after[name] === undefined) patch[name] = null;
  for (const [name, next] of Object.entries(after)) {
    const old = before[name];
    if (sameJson(old, next)) continue;
    const isSameSource = isObject(old) && isObject(next) && old["source"] === next["source"];
    const gone = isSameSource ? Object.keys(old).filter((field) => next[field] === undefined) : [];
    patch[name] = { ...Object.fromEntries(gone.map((field) => [field, null])), ...objectOf(next) };
  }
  return patch;
}
