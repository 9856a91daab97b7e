import type { JsonObject } from "../../../../core/types.ts";
import { type Docid, EngineError, type EngineSettings } from "../contract.ts";
import type { DocSet } from "../doc-set.ts";
import { compareBytes } from "../fields/byte-order.ts";
import type { FieldIndex } from "../fields/field-index.ts";
import { featuresOf, isFilterable, matchRule, patternsWith, ruleOf } from "../fields/filterable.ts";
import { matchName, matchPattern } from "../fields/name-match.ts";
import { facetValues } from "./facet-values.ts";

/** What a search answers about its facets. */
export interface FacetAnswer {
  readonly facetDistribution: JsonObject;
  readonly facetStats: JsonObject;
}

/**
 * Counts of the values of the asked facets among the candidates, and least and greatest number of each, by field name.
 * Facets are names or patterns. Throws {@link EngineError} `invalid_search_facets` for one that nothing filterable meets.
 */
export function facetDistribution(
  index: FieldIndex,
  candidates: DocSet,
  facets: readonly string[],
  settings: EngineSettings,
): FacetAnswer {
  checkFacets(facets, settings);
  const asked = new Set(filterableFields(index, settings).filter((field) => isAsked(facets, field)));
  const names = [...asked];
  const answer: FacetAnswer = { facetDistribution: {}, facetStats: {} };
  for (const field of filterableFields(index, settings)) {
    if (!names.some((name) => matchName(name, field) === "match")) continue;
    const limits = { order: orderOf(field, asked.has(field), settings), max: settings.faceting.maxValuesPerFacet };
    answer.facetDistribution[field] = Object.fromEntries(facetValues(index, field, { candidates, limits }));
    const stats = numberRange(index, field, candidates);
    if (stats !== undefined) answer.facetStats[field] = stats;
  }
  return answer;
}

function filterableFields(index: FieldIndex, settings: EngineSettings): string[] {
  const rules = settings.filterableAttributes;
  const isUsable = (field: string): boolean => {
    const rule = ruleOf(rules, field);
    return rule !== undefined && isFilterable(rule.features);
  };
  return [...index.fields()].filter(isUsable).sort(compareBytes);
}

function isAsked(facets: readonly string[], field: string): boolean {
  return facets.some((facet) => matchPattern(facet, field) === "match");
}

/** Only fields that were asked for by themselves follow their own setting; what lies below them follows `*`. */
function orderOf(field: string, isOwn: boolean, { faceting }: EngineSettings): "alpha" | "count" {
  const { sortFacetValuesBy } = faceting;
  return (isOwn ? sortFacetValuesBy[field] : undefined) ?? sortFacetValuesBy["*"] ?? "alpha";
}

function numberRange(index: FieldIndex, field: string, candidates: DocSet): JsonObject | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const [number, docids] of index.postings(field)?.numbers ?? []) {
    if (number >= min && number <= max) continue;
    if (!hasCandidate(docids, candidates)) continue;
    min = Math.min(min, number);
    max = Math.max(max, number);
  }
  return min === Number.POSITIVE_INFINITY ? undefined : { min, max };
}

function hasCandidate(docids: Iterable<Docid>, candidates: DocSet): boolean {
  for (const docid of docids) if (candidates.has(docid)) return true;
  return false;
}

function checkFacets(facets: readonly string[], settings: EngineSettings): void {
  for (const facet of facets) checkFacet(facet, settings);
}

function checkFacet(facet: string, { filterableAttributes }: EngineSettings): void {
  for (const [index, rule] of filterableAttributes.entries()) {
    if (isFilterable(featuresOf(rule))) {
      if (meets(rule, facet)) return;
    } else if (matchRule(rule, facet) === "match") {
      throw refusal(
        `Attribute \`${facet}\` matched rule #${index} in filterableAttributes, but this rule does not enable filtering.\nHint: enable filtering in rule #${index} by modifying the features.filter object\nHint: prepend another rule matching \`${facet}\` with appropriate filter features before rule #${index}`,
      );
    }
  }
  const patterns = patternsWith(filterableAttributes, isFilterable);
  const available =
    patterns.length === 0
      ? "This index does not have configured filterable attributes."
      : `Available filterable attributes patterns are: \`${patterns.join(", ")}\`.`;
  throw refusal(`Pattern \`${facet}\` is not filterable. ${available}`);
}

/** Whether a facet pattern and a rule have fields in common, seen from either side. */
function meets(rule: EngineSettings["filterableAttributes"][number], facet: string): boolean {
  if (typeof rule === "string") return matchName(facet, rule) !== "none" || matchPattern(facet, rule) !== "none";
  return rule.attributePatterns.some(
    (pattern) => matchPattern(facet, pattern) !== "none" || matchPattern(pattern, facet) !== "none",
  );
}

function refusal(detail: string): EngineError {
  return new EngineError("invalid_search_facets", `Invalid facet distribution: ${detail}`);
}
