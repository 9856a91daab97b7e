import type { EngineSettings, FilterableRule } from "../contract.ts";
import { matchAny, matchName, matchPattern, type NameMatch } from "./name-match.ts";

/** What a filterable attribute may be used for. */
export type FilterFeatures = FilterableRule["features"];

/** The rule that decides about a field, with its place in the setting, from 0. */
export interface MatchedRule {
  readonly index: number;
  readonly features: FilterFeatures;
}

type Rule = EngineSettings["filterableAttributes"][number];

/** A plain attribute name allows everything. */
const ALL: FilterFeatures = { facetSearch: true, filter: { equality: true, comparison: true } };

/** What a rule allows. */
export function featuresOf(rule: Rule): FilterFeatures {
  return typeof rule === "string" ? ALL : rule.features;
}

/** Whether any filter operator is allowed. */
export function isFilterable({ filter }: FilterFeatures): boolean {
  return filter.equality || filter.comparison;
}

/** How a rule relates to a field: plain names cover what lies below them, patterns do not. */
export function matchRule(rule: Rule, field: string): NameMatch {
  if (typeof rule === "string") return matchName(rule, field);
  return matchAny(rule.attributePatterns, (pattern) => matchPattern(pattern, field));
}

/** The first rule that covers a field decides; later ones do not matter. */
export function ruleOf(rules: readonly Rule[], field: string): MatchedRule | undefined {
  const index = rules.findIndex((rule) => matchRule(rule, field) === "match");
  const rule = rules[index];
  return rule === undefined ? undefined : { index, features: featuresOf(rule) };
}

/** Names and patterns of the rules with a feature, sorted, as error messages list them. */
export function patternsWith(rules: readonly Rule[], has: (features: FilterFeatures) => boolean): string[] {
  const patterns = new Set<string>();
  for (const rule of rules) {
    if (!has(featuresOf(rule))) continue;
    for (const pattern of typeof rule === "string" ? [rule] : rule.attributePatterns) patterns.add(pattern);
  }
  return [...patterns].sort();
}

/** Filter operators that features allow, as the error message lists them. */
export function allowedOperators({ filter }: FilterFeatures): string[] {
  if (!filter.equality && !filter.comparison) return [];
  return [
    ...["OR", "AND", "NOT"],
    ...(filter.equality ? ["=", "!=", "IN"] : []),
    ...(filter.comparison ? ["<", ">", "<=", ">=", "TO"] : []),
    ...["IS EMPTY", "IS NULL", "EXISTS"],
  ];
}
