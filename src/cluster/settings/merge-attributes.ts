/** What decides which attributes the merge of answers needs. */
export interface MergeAttributesSource {
  readonly primaryKey: string | null;
  readonly sortableAttributes: readonly string[];
  readonly rankingRules: readonly string[];
  readonly distinctAttribute: string | null;
}

/** The attributes that order or de-duplicate hits: nodes display them all, and miroir hides those that users must not see. */
export function mergeAttributes(source: MergeAttributesSource): string[] {
  const { primaryKey, sortableAttributes, rankingRules, distinctAttribute } = source;
  const named = [primaryKey, ...sortableAttributes, ...customRuleAttributes(rankingRules), distinctAttribute];
  return [...new Set(named.filter((name) => name !== null))];
}

/** Attributes of ranking rules such as `year:desc`. */
export function customRuleAttributes(rankingRules: readonly string[]): string[] {
  return rankingRules.flatMap((rule) => /^(.+):(?:asc|desc)$/.exec(rule)?.[1] ?? []);
}
