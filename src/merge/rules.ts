import type { JsonObject } from "../core/types.ts";
import { badAnswer, numberOf } from "./answer-shape.ts";
import { compareCodePoints } from "./code-points.ts";

/** A hit's value for one slot of a ranking rule; null when the document has none. */
export type RankValue = number | string | null;

/** One comparable value of a rule: how it is read from the rule's details, and which of two comes first (negative: the left). */
export interface RuleSlot {
  readonly read: (detail: JsonObject) => RankValue;
  readonly compare: (left: RankValue, right: RankValue) => number;
}

/** A ranking rule as the merge sees it; most have one slot. */
export interface RankRule {
  readonly name: string;
  readonly slots: readonly RuleSlot[];
}

const MATCH_TYPES: Readonly<Record<string, number>> = { exactMatch: 3, matchesStart: 2, noExactMatch: 1 };

/** A rule that the node had no time left to apply; hits that have it come after those with a value. */
export const SKIPPED: RankRule = { name: "skipped", slots: [{ read: () => null, compare: () => 0 }] };

/** Counts are compared, not the `score` ratio, wherever a count exists: the ratio's denominator differs from node to node. */
const NAMED_RULES: Readonly<Record<string, readonly RuleSlot[]>> = {
  words: [highest("matchingWords")],
  typo: [lowest("typoCount")],
  proximity: [highest("score")],
  attributeRank: [highest("score")],
  wordPosition: [highest("score")],
  attribute: [highest("attributeRankingOrderScore"), highest("queryWordDistanceScore", -1)],
  exactness: [{ read: readMatchType, compare: descending }, highest("matchingWords", -1)],
  vectorSort: [{ read: readSimilarity, compare: descending }],
  skipped: SKIPPED.slots,
};

/** The rule that an entry of `_rankingScoreDetails` belongs to; throws on an unknown name or a value that the node hides. */
export function ruleNamed(name: string): RankRule {
  if (name === "skipped") return SKIPPED;
  const slots = NAMED_RULES[name];
  if (slots !== undefined) return { name, slots };
  if (name.startsWith("<hidden-rule-")) throw badAnswer("a sort value is hidden, its attribute is not displayed");
  const isAscending = name.endsWith(":asc");
  if (!isAscending && !name.endsWith(":desc")) throw badAnswer(`the ranking rule \`${name}\` is unknown`);
  return { name, slots: [name.startsWith("_geoPoint(") ? geoSlot(isAscending) : sortSlot(isAscending)] };
}

/**
 * Which of two sort values comes first (negative: the left): numbers before strings and missing ones last, whatever the
 * direction (milli `compare_sort_values`).
 */
export function compareSortValues(left: RankValue, right: RankValue, isAscending: boolean): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  if (typeof left === "number" && typeof right === "number") return isAscending ? left - right : right - left;
  if (typeof left === "string" && typeof right === "string") {
    return isAscending ? compareCodePoints(left, right) : compareCodePoints(right, left);
  }
  return typeof left === "number" ? -1 : 1;
}

function sortSlot(isAscending: boolean): RuleSlot {
  return { read: readSortValue, compare: (left, right) => compareSortValues(left, right, isAscending) };
}

function geoSlot(isAscending: boolean): RuleSlot {
  return { read: readDistance, compare: (left, right) => compareSortValues(left, right, isAscending) };
}

function highest(field: string, missing?: number): RuleSlot {
  return { read: readNumber(field, missing), compare: descending };
}

function lowest(field: string): RuleSlot {
  return { read: readNumber(field), compare: (left, right) => descending(right, left) };
}

function descending(left: RankValue, right: RankValue): number {
  return Number(right) - Number(left);
}

/** `missing` is for the second half of a rule that a node cut off between its halves. */
function readNumber(field: string, missing?: number): RuleSlot["read"] {
  return (detail) => numberOf(detail[field] ?? missing, `ranking detail \`${field}\``);
}

function readMatchType(detail: JsonObject): number {
  const rank = MATCH_TYPES[String(detail["matchType"])];
  if (rank === undefined) throw badAnswer(`the match type \`${String(detail["matchType"])}\` is unknown`);
  return rank;
}

/** The server counts a document without a vector as similarity 0. */
function readSimilarity(detail: JsonObject): number {
  return numberOf(detail["similarity"] ?? 0, "ranking detail `similarity`");
}

function readDistance(detail: JsonObject): number | null {
  const distance = detail["distance"] ?? null;
  return distance === null ? null : numberOf(distance, "ranking detail `distance`");
}

function readSortValue(detail: JsonObject): RankValue {
  const value = detail["value"] ?? null;
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  throw badAnswer("a sort value is neither number, text nor null");
}
