import type { SearchContext } from "../query/context.ts";
import { attributeRank } from "./attribute-rank.ts";
import { exactAttribute } from "./exact-attribute.ts";
import { exactWords } from "./exact-words.ts";
import { graphRule } from "./graph-rule.ts";
import { proximity } from "./proximity.ts";
import type { RankingRule } from "./rule.ts";
import { typo } from "./typo.ts";
import { wordPosition } from "./word-position.ts";
import { wordsRule } from "./words.ts";

/** What turns the ranking rules of the settings into rules of one search. */
export interface RuleListOptions {
  readonly rankingRules: readonly string[];
  readonly strategy: "last" | "all" | "frequency";
  /** The rule of a search by vector, in place of the first of those that need a query. */
  readonly vector: RankingRule | undefined;
  /** The request's sorts, in order; put where `sort` stands. */
  readonly sorts: readonly SortedRule[];
  /** The rule of a custom `field:asc` or `field:desc`. */
  custom(field: string, isAscending: boolean): RankingRule;
}

/** A rule with the field it sorts by; undefined for geo sorts, which are never left out as repeated. */
export interface SortedRule {
  readonly field: string | undefined;
  readonly rule: RankingRule;
}

/** Names of the settings that need a query. */
const QUERY_RULES: ReadonlySet<string> = new Set([
  "words",
  "typo",
  "proximity",
  "attribute",
  "attributeRank",
  "wordPosition",
  "exactness",
]);

/** The rules of a search in order; repeated ones are left out, `words` goes before any rule that needs it. */
export function ruleList(context: SearchContext, hasQuery: boolean, options: RuleListOptions): RankingRule[] {
  const { strategy } = options;
  const used = new Set<string>(strategy === "all" ? ["words"] : []);
  const fields = new Set<string>();
  return options.rankingRules.flatMap((name) => {
    if (QUERY_RULES.has(name) && options.vector !== undefined) return vectorRule(options.vector, used);
    if (QUERY_RULES.has(name)) return hasQuery ? queryRules(context, name, { used, strategy }) : [];
    return sortedRules(name, used, options).flatMap(({ field, rule }) => (isNewField(fields, field) ? [rule] : []));
  });
}

function vectorRule(rule: RankingRule, used: Set<string>): RankingRule[] {
  if (used.has("vector")) return [];
  used.add("vector");
  return [rule];
}

function sortedRules(name: string, used: Set<string>, options: RuleListOptions): readonly SortedRule[] {
  if (name === "sort") {
    if (used.has(name)) return [];
    used.add(name);
    return options.sorts;
  }
  const [, field = "", direction] = /^(.*):(asc|desc)$/su.exec(name) ?? [];
  return direction === undefined ? [] : [{ field, rule: options.custom(field, direction === "asc") }];
}

function isNewField(fields: Set<string>, field: string | undefined): boolean {
  if (field === undefined) return true;
  if (fields.has(field)) return false;
  fields.add(field);
  return true;
}

function queryRules(
  context: SearchContext,
  name: string,
  state: { used: Set<string>; strategy: RuleListOptions["strategy"] },
): RankingRule[] {
  const { used, strategy } = state;
  const rules: RankingRule[] = [];
  if (!used.has("words")) rules.push(wordsRule(context, strategy));
  used.add("words");
  if (name === "words" || used.has(name) || isCovered(name, used)) return rules;
  used.add(name);
  if (name === "typo") rules.push(graphRule(context, typo));
  if (name === "proximity") rules.push(graphRule(context, proximity));
  if (name === "attribute" || name === "attributeRank") rules.push(graphRule(context, attributeRank));
  if (name === "attribute" || name === "wordPosition") rules.push(graphRule(context, wordPosition));
  if (name === "exactness") rules.push(exactAttribute(context), graphRule(context, exactWords));
  return rules;
}

/** `attribute` is both of its halves at once; whichever comes first wins. */
function isCovered(name: string, used: ReadonlySet<string>): boolean {
  if (name === "attribute") return used.has("attributeRank") || used.has("wordPosition");
  return (name === "attributeRank" || name === "wordPosition") && used.has("attribute");
}
