import type { JsonObject, JsonValue } from "../../../core/types.ts";
import {
  arrayOf,
  boolean,
  nullable,
  object,
  oneOf,
  positive,
  recordOf,
  string,
  unsigned,
} from "../validation/readers.ts";
import { embedders, mergeEmbedders } from "./embedders.ts";
import { filterableAttributes } from "./filterable-attributes.ts";
import { foreignKeys } from "./foreign-keys.ts";
import { localizedAttributes, presentLocalizedAttributes } from "./localized-attributes.ts";
import { rankingRules } from "./ranking-rules.ts";
import type { Setting } from "./setting.ts";
import { mergeTypoTolerance, typoTolerance } from "./typo-tolerance.ts";

const attributeList = arrayOf(string);

/** A list that is a set to the server: sorted, no item twice. */
const stringSet: Setting["read"] = (value, place) => [...new Set(attributeList(value, place))].sort(byBytes);

const wildcardList: Pick<Setting, "read" | "initial" | "resetDetail" | "merge"> = {
  read: attributeList,
  initial: ["*"],
  resetDetail: ["*"],
  merge: (_kept, sent) => (Array.isArray(sent) && sent.includes("*") ? undefined : [...new Set(sent as string[])]),
};

function set(route: string, code: string): Setting {
  return { route, verb: "PUT", code: `invalid_settings_${code}`, read: stringSet, initial: [] };
}

/** Every setting of an index by its name in the settings object, in the server's order. */
export const SETTINGS = {
  displayedAttributes: {
    route: "displayed-attributes",
    verb: "PUT",
    code: "invalid_settings_displayed_attributes",
    ...wildcardList,
  },
  searchableAttributes: {
    route: "searchable-attributes",
    verb: "PUT",
    code: "invalid_settings_searchable_attributes",
    ...wildcardList,
  },
  filterableAttributes: {
    route: "filterable-attributes",
    verb: "PUT",
    code: "invalid_settings_filterable_attributes",
    read: filterableAttributes,
    initial: [],
  },
  sortableAttributes: set("sortable-attributes", "sortable_attributes"),
  foreignKeys: {
    route: "foreign-keys",
    verb: "PUT",
    code: "invalid_settings_foreign_keys",
    read: foreignKeys,
    initial: [],
    hidden: true,
  },
  rankingRules: {
    route: "ranking-rules",
    verb: "PUT",
    code: "invalid_settings_ranking_rules",
    read: rankingRules,
    initial: ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"],
  },
  stopWords: { ...set("stop-words", "stop_words"), merge: (_kept, sent) => decomposed(sent as string[]) },
  nonSeparatorTokens: set("non-separator-tokens", "non_separator_tokens"),
  separatorTokens: set("separator-tokens", "separator_tokens"),
  dictionary: set("dictionary", "dictionary"),
  synonyms: {
    route: "synonyms",
    verb: "PUT",
    code: "invalid_settings_synonyms",
    read: (value, place) => sortedKeys(recordOf(arrayOf(string))(value, place)),
    initial: {},
  },
  distinctAttribute: {
    route: "distinct-attribute",
    verb: "PUT",
    code: "invalid_settings_distinct_attribute",
    read: string,
    initial: null,
  },
  proximityPrecision: {
    route: "proximity-precision",
    verb: "PUT",
    code: "invalid_settings_proximity_precision",
    read: oneOf(["byWord", "byAttribute"]),
    initial: "byWord",
  },
  typoTolerance: {
    route: "typo-tolerance",
    verb: "PATCH",
    code: "invalid_settings_typo_tolerance",
    read: typoTolerance,
    initial: mergeTypoTolerance(undefined, {}),
    merge: mergeTypoTolerance,
  },
  faceting: {
    route: "faceting",
    verb: "PATCH",
    code: "invalid_settings_faceting",
    read: object<{ maxValuesPerFacet?: number | null; sortFacetValuesBy?: Record<string, "alpha" | "count"> | null }>({
      maxValuesPerFacet: { read: nullable(unsigned) },
      sortFacetValuesBy: { read: nullable(recordOf(oneOf(["alpha", "count"]))) },
    }) as Setting["read"],
    initial: { maxValuesPerFacet: 100, sortFacetValuesBy: { "*": "alpha" } },
    merge: mergeFaceting,
  },
  pagination: {
    route: "pagination",
    verb: "PATCH",
    code: "invalid_settings_pagination",
    read: object<{ maxTotalHits?: number | null }>({ maxTotalHits: { read: nullable(positive) } }) as Setting["read"],
    initial: { maxTotalHits: 1000 },
    merge: (kept, sent) => ({ maxTotalHits: 1000, ...(kept as JsonObject), ...withoutNulls(sent as JsonObject) }),
  },
  embedders: {
    route: "embedders",
    verb: "PATCH",
    code: "invalid_settings_embedders",
    read: embedders,
    initial: {},
    merge: mergeEmbedders,
  },
  searchCutoffMs: {
    route: "search-cutoff-ms",
    verb: "PUT",
    code: "invalid_settings_search_cutoff_ms",
    read: unsigned,
    initial: null,
  },
  localizedAttributes: {
    route: "localized-attributes",
    verb: "PUT",
    code: "invalid_settings_localized_attributes",
    read: localizedAttributes,
    initial: null,
    present: presentLocalizedAttributes,
  },
  facetSearch: {
    route: "facet-search",
    verb: "PUT",
    code: "invalid_settings_facet_search",
    read: boolean,
    initial: true,
  },
  prefixSearch: {
    route: "prefix-search",
    verb: "PUT",
    code: "invalid_settings_prefix_search",
    read: oneOf(["indexingTime", "disabled"]),
    initial: "indexingTime",
  },
  chat: {
    route: "chat",
    verb: "PATCH",
    code: "invalid_settings_index_chat",
    read: object<JsonObject>({}, { open: true }) as Setting["read"],
    initial: {
      description: "",
      documentTemplate:
        "{% for field in fields %}{% if field.is_searchable and field.value != nil %}{{ field.name }}: {{ field.value }}\n{% endif %}{% endfor %}",
      documentTemplateMaxBytes: 400,
      searchParameters: {},
    },
    hidden: true,
  },
} as const satisfies Record<string, Setting>;

/** Name of a setting in the settings object. */
export type SettingName = keyof typeof SETTINGS;

function mergeFaceting(kept: JsonValue | undefined, sent: JsonValue): JsonValue {
  const before = { maxValuesPerFacet: 100, sortFacetValuesBy: {}, ...(kept as JsonObject) };
  const cleared = (sent as JsonObject)["sortFacetValuesBy"] === null ? { sortFacetValuesBy: {} } : {};
  const merged: JsonObject = { ...before, ...withoutNulls(sent as JsonObject), ...cleared };
  return { ...merged, sortFacetValuesBy: { "*": "alpha", ...(merged["sortFacetValuesBy"] as JsonObject) } };
}

/** Stop words are kept with their marks set apart. */
function decomposed(words: readonly string[]): string[] {
  return [...new Set(words.map((word) => word.normalize("NFKD")))].sort(byBytes);
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}

function sortedKeys(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => byBytes(a, b)));
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
