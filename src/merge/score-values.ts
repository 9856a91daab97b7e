import type { JsonObject } from "../core/types.ts";
import { badAnswer, isObject, numberOf } from "./answer-shape.ts";
import { type RankDetail as Detail, rankMaxima, scoreOfRanks } from "./rank-maxima.ts";
import { compareSortValues, type RankValue, ruleNamed } from "./rules.ts";

/** One value that hits of different searches are compared by: the weighted score of neighbouring rules, or a sort value. */
export type ScoreValue =
  | { readonly kind: "score"; readonly score: number }
  | { readonly kind: "sort"; readonly value: RankValue; readonly isAscending: boolean };

/** What a hit is worth beside hits of another search. */
export interface ScoreValues {
  readonly values: readonly ScoreValue[];
  /** True when a sort lies between other rules, and the scores on its two sides were not found. */
  readonly isEstimate: boolean;
}

/**
 * The values of a hit in rule order, scores multiplied by `weight`. Neighbouring rules that are no sorts count as one score
 * (milli `ScoreDetails::score_values`), which is the hit's own score when there is only one such group.
 */
export function scoreValuesOf(hit: JsonObject, weight: number): ScoreValues {
  const details = detailsOf(hit);
  const groups = groupsOf(details);
  const score = numberOf(hit["_rankingScore"], "`_rankingScore`");
  const isOne = groups.filter((group) => group.every(isRank)).length <= 1;
  const ranks = details.filter(isRank);
  const maxima = isOne ? undefined : rankMaxima(ranks, score);
  const values = groups.map((group): ScoreValue => {
    const [first] = group;
    if (first === undefined || isRank(first)) {
      return { kind: "score", score: (isOne ? score : scoreOfRanks(group, maxima)) * weight };
    }
    if (first.name === "vectorSort") return { kind: "score", score: Number(first.detail["similarity"] ?? 0) * weight };
    const value = ruleNamed(first.name).slots[0]?.read(first.detail) ?? null;
    return { kind: "sort", value, isAscending: first.name.endsWith(":asc") };
  });
  return { values, isEstimate: !isOne && maxima === undefined };
}

/** Which of two hits comes first (negative: the left), as the server compares the halves of a hybrid search. */
export function compareScoreValues(left: readonly ScoreValue[], right: readonly ScoreValue[]): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = compareValues(left[at], right[at]);
    if (difference !== 0) return difference;
  }
  return right.length - left.length;
}

function compareValues(left: ScoreValue | undefined, right: ScoreValue | undefined): number {
  if (left === undefined || right === undefined) return 0;
  if (left.kind === "score") {
    if (right.kind !== "score") return left.score === 0 ? 1 : -1;
    return Math.abs(left.score - right.score) <= Number.EPSILON ? 0 : right.score - left.score;
  }
  if (right.kind === "score") return right.score === 0 ? -1 : 1;
  return compareSortValues(left.value, right.value, left.isAscending);
}

function detailsOf(hit: JsonObject): Detail[] {
  const details = hit["_rankingScoreDetails"];
  if (!isObject(details)) throw badAnswer("a hit has no `_rankingScoreDetails`");
  return Object.entries(details)
    .map(([name, detail]) => {
      if (!isObject(detail)) throw badAnswer(`ranking detail \`${name}\` is not an object`);
      return { name, detail };
    })
    .sort((left, right) => Number(left.detail["order"]) - Number(right.detail["order"]));
}

function isRank({ name }: Detail): boolean {
  return name !== "vectorSort" && !name.endsWith(":asc") && !name.endsWith(":desc");
}

function groupsOf(details: readonly Detail[]): Detail[][] {
  const groups: Detail[][] = [];
  for (const each of details) {
    const last = groups.at(-1);
    const previous = last?.[0];
    if (last !== undefined && previous !== undefined && isRank(previous) && isRank(each)) last.push(each);
    else groups.push([each]);
  }
  return groups;
}
