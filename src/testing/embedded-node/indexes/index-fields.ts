import type { JsonObject } from "../../../core/types.ts";
import { isSelfOrChild, matchesPattern } from "../engine/attributes.ts";
import { isFilterable, ruleOf } from "../engine/fields/filterable.ts";
import { presentLocalizedAttributes } from "../settings/localized-attributes.ts";
import { engineSettings } from "../settings/stored-settings.ts";
import type { EmbeddedIndex } from "./embedded-index.ts";

/** One field of an index with what the settings say about it, as the fields route shows it. */
export interface IndexField {
  readonly name: string;
  readonly displayed: { readonly enabled: boolean };
  readonly searchable: { readonly enabled: boolean };
  readonly sortable: { readonly enabled: boolean };
  readonly distinct: { readonly enabled: boolean };
  readonly rankingRule: { readonly enabled: boolean; readonly order?: "asc" | "desc" };
  readonly filterable: {
    readonly enabled: boolean;
    readonly sortBy: "alpha" | "count";
    readonly facetSearch: boolean;
    readonly equality: boolean;
    readonly comparison: boolean;
  };
  readonly localized: { readonly locales: string[] };
}

/** Every field that the documents of an index have or had, nested ones included, in alphabetical order. */
export function indexFields(index: EmbeddedIndex): IndexField[] {
  const names = new Set(index.knownFields);
  if (index.primaryKey !== null) names.add(index.primaryKey);
  return [...names].sort().map((name) => describe(index, name));
}

function describe(index: EmbeddedIndex, name: string): IndexField {
  const settings = engineSettings(index.settings);
  const covered = (patterns: readonly string[]): boolean => patterns.some((pattern) => isCovered(pattern, name));
  const order = rankingOrder(settings.rankingRules, name);
  const features = ruleOf(settings.filterableAttributes, name)?.features;
  const { sortFacetValuesBy } = settings.faceting;
  return {
    name,
    displayed: { enabled: covered(settings.displayedAttributes) },
    searchable: { enabled: covered(settings.searchableAttributes) && !isSelfOrChild("_geo", name) },
    sortable: { enabled: covered(settings.sortableAttributes) },
    distinct: { enabled: settings.distinctAttribute !== null && isSelfOrChild(settings.distinctAttribute, name) },
    rankingRule: order === undefined ? { enabled: false } : { enabled: true, order },
    filterable: {
      enabled: features !== undefined && (isFilterable(features) || features.facetSearch),
      sortBy: sortFacetValuesBy[name] ?? sortFacetValuesBy["*"] ?? "alpha",
      facetSearch: features?.facetSearch ?? false,
      equality: features?.filter.equality ?? false,
      comparison: features?.filter.comparison ?? false,
    },
    localized: { locales: localesOf(index, name) },
  };
}

function isCovered(pattern: string, name: string): boolean {
  return pattern === "*" || isSelfOrChild(pattern, name);
}

function rankingOrder(rules: readonly string[], name: string): "asc" | "desc" | undefined {
  for (const rule of rules) {
    const match = /^(.+):(asc|desc)$/.exec(rule);
    if (match?.[1] !== undefined && isSelfOrChild(match[1], name)) return match[2] === "asc" ? "asc" : "desc";
  }
  return undefined;
}

function localesOf(index: EmbeddedIndex, name: string): string[] {
  const kept = index.settings.localizedAttributes;
  if (kept === undefined || kept === null) return [];
  const rules = presentLocalizedAttributes(kept) as JsonObject[];
  const rule = rules.find(({ attributePatterns }) => {
    return (attributePatterns as string[]).some((pattern) => matchesPattern(pattern, name));
  });
  return (rule?.["locales"] ?? []) as string[];
}
