import type { JsonObject } from "../../core/types.ts";
import { badAnswer, isObject, numberOf } from "../answer-shape.ts";
import type { RankValue } from "../rules.ts";

/** A place among `max` places, the highest is best; of some rules nodes tell only the fraction. */
export interface Rank {
  readonly ratio: number;
  /** Undefined when neither the node nor the query tells it. */
  readonly max: number | undefined;
  /** True for the rule whose number of places depends on the misspellings that a node knows. */
  readonly isTypo?: boolean;
  /** True for a rank of which nodes tell nothing but that it may be there; its ratio is a guess. */
  readonly isHidden?: boolean;
}

/** The rules between two sorts, a sort, or the likeness to a vector. */
export type RuleGroup =
  | { readonly kind: "ranks"; readonly ranks: readonly Rank[] }
  | { readonly kind: "vector"; readonly similarity: number }
  | { readonly kind: "sort"; readonly isAscending: boolean; readonly value: RankValue }
  | { readonly kind: "geo"; readonly isAscending: boolean; readonly distance: number | null };

const MATCH_TYPES: Readonly<Record<string, number>> = { exactMatch: 3, matchesStart: 2, noExactMatch: 1 };

/** Places of the rules whose number of places nodes do not tell, for a query of so many plain words (milli's path costs). */
const PROXIMITY_PLACES = (words: number) => 3 * (words - 1) + 1;
const POSITION_PLACES = (words: number) => 10 * words + 1;

/** A hit's ranking details in rule order, with the rules between two sorts taken together. */
export function ruleGroups(details: unknown): RuleGroup[] {
  if (!isObject(details)) throw badAnswer("a hit has no `_rankingScoreDetails`");
  const rules = Object.entries(details)
    .map(([name, rule]) => ({ name, rule: isObject(rule) ? rule : {} }))
    .sort((left, right) => Number(left.rule["order"]) - Number(right.rule["order"]));
  const words = Number(rules.find(({ name }) => name === "words")?.rule["matchingWords"] ?? 1);
  const groups: RuleGroup[] = [];
  for (const { name, rule } of rules) {
    const apart = name === "vectorSort" ? vectorOf(rule) : sortOf(name, rule);
    if (apart !== undefined) {
      groups.push(apart);
      continue;
    }
    const last = groups.at(-1);
    const ranks = ranksOf(name, rule, words);
    if (last?.kind === "ranks") groups[groups.length - 1] = { kind: "ranks", ranks: [...last.ranks, ...ranks] };
    else groups.push({ kind: "ranks", ranks });
  }
  return groups;
}

/** A document without a vector counts as not like it at all. */
function vectorOf({ similarity }: JsonObject): RuleGroup {
  return { kind: "vector", similarity: numberOf(similarity ?? 0, "ranking detail `similarity`") };
}

function sortOf(name: string, rule: JsonObject): RuleGroup | undefined {
  const direction = /:(asc|desc)$/.exec(name)?.[1];
  if (direction === undefined) return undefined;
  const isAscending = direction === "asc";
  if (name.startsWith("_geoPoint(")) {
    const distance = rule["distance"] ?? null;
    return { kind: "geo", isAscending, distance: distance === null ? null : numberOf(distance, "a distance") };
  }
  const value = rule["value"] ?? null;
  if (value === null || typeof value === "number" || typeof value === "string") {
    return { kind: "sort", isAscending, value };
  }
  throw badAnswer("a sort value is neither number, text nor null");
}

function ranksOf(name: string, rule: JsonObject, words: number): Rank[] {
  const ratio = (field: string) => numberOf(rule[field], `ranking detail \`${field}\``);
  switch (name) {
    case "words":
      return [rankOf(ratio("matchingWords"), ratio("maxMatchingWords"))];
    case "typo": {
      const max = ratio("maxTypoCount") + 1;
      return [{ ...rankOf(max - ratio("typoCount"), max), isTypo: true }];
    }
    case "proximity":
      return [fractionOf(ratio("score"), PROXIMITY_PLACES(words))];
    case "attributeRank":
      return [{ ratio: ratio("score"), max: undefined }];
    case "wordPosition":
      return [fractionOf(ratio("score"), POSITION_PLACES(words))];
    case "attribute":
      return attributeRanks(rule, words);
    case "exactness":
      return exactnessRanks(rule, words);
    case "skipped":
      return [{ ratio: 0, max: 1 }];
    default:
      throw badAnswer(`the ranking rule \`${name}\` is unknown`);
  }
}

/** The old rule is two in one, and the score of both tells the number of places of the first unless the second is perfect. */
function attributeRanks(rule: JsonObject, words: number): Rank[] {
  const { attributeRankingOrderScore, queryWordDistanceScore, score } = rule;
  const ratio = numberOf(attributeRankingOrderScore, "ranking detail `attributeRankingOrderScore`");
  if (typeof queryWordDistanceScore !== "number") return [{ ratio, max: undefined }];
  const places = (1 - queryWordDistanceScore) / (ratio - numberOf(score, "ranking detail `score`"));
  const max = Number.isFinite(places) && places > 0 ? Math.round(places) : undefined;
  return [{ ratio, max }, fractionOf(queryWordDistanceScore, POSITION_PLACES(words))];
}

/** Of a text that equals the query, or begins with it, nodes leave out how many of its words are exact. */
function exactnessRanks(rule: JsonObject, words: number): Rank[] {
  const type = MATCH_TYPES[String(rule["matchType"])];
  if (type === undefined) throw badAnswer(`the match type \`${String(rule["matchType"])}\` is unknown`);
  const { matchingWords, maxMatchingWords } = rule;
  if (typeof matchingWords === "number" && typeof maxMatchingWords === "number") {
    return [rankOf(type, 3), rankOf(matchingWords + 1, maxMatchingWords + 1)];
  }
  return type === 1 ? [rankOf(type, 3)] : [rankOf(type, 3), { ratio: 1, max: words + 1, isHidden: true }];
}

function rankOf(rank: number, max: number): Rank {
  return { ratio: rank / max, max };
}

/** The number of places that a fraction fits, undefined when phrases or joined words give the query other ones. */
function fractionOf(ratio: number, max: number): Rank {
  const rank = ratio * max;
  return { ratio, max: Math.abs(rank - Math.round(rank)) < 1e-9 ? max : undefined };
}
