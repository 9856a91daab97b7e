import { badAnswer } from "../answer-shape.ts";
import { compareSortValues, type RankValue } from "../rules.ts";

/** One step of the comparison of hits of different queries: rules between two sorts count as one weighted score. */
export type WeightedValue =
  | { readonly kind: "score"; readonly score: number }
  | { readonly kind: "sort"; readonly isAscending: boolean; readonly value: RankValue }
  | { readonly kind: "geo"; readonly isAscending: boolean; readonly distance: number | null };

/** What decides the place of a hit among those of other queries. */
export interface WeightedKey {
  readonly values: readonly WeightedValue[];
  /** The ranking score times the query's weight, for values that cannot be compared. */
  readonly score: number;
  /** Position of the query; ties go to the earlier one. */
  readonly position: number;
}

/** Scores are fractions of small integers, so two that differ by less are the same fraction, computed another way. */
const SAME_FRACTION = 1e-12;

/** Which of two hits of different queries comes first (negative: the left), as one server compares them (meilisearch `weighted_scores`). */
export function compareWeighted(left: WeightedKey, right: WeightedKey): number {
  return compareValues(left, right) || left.position - right.position;
}

function compareValues(left: WeightedKey, right: WeightedKey): number {
  const length = Math.min(left.values.length, right.values.length);
  for (let at = 0; at < length; at++) {
    const difference = compareStep(left.values[at], right.values[at]);
    if (difference === undefined) {
      // Of two that cannot be compared here, the one with more to come wins, then the better score.
      return right.values.length - left.values.length || descending(left.score, right.score);
    }
    if (difference !== 0) return difference;
  }
  return right.values.length - left.values.length;
}

function compareStep(left: WeightedValue | undefined, right: WeightedValue | undefined): number | undefined {
  if (left?.kind === "score" && right?.kind === "score") return descending(left.score, right.score);
  if (left?.kind === "sort" && right?.kind === "sort") {
    if (left.isAscending !== right.isAscending) return undefined;
    return compareSortValues(left.value, right.value, left.isAscending);
  }
  if (left?.kind === "geo" && right?.kind === "geo") {
    if (left.isAscending !== right.isAscending) return undefined;
    // Between queries the server puts the farther one first, whatever the direction.
    return compareSortValues(left.distance, right.distance, false);
  }
  if (left === undefined || right === undefined) throw badAnswer("a hit lacks a value to be compared by");
  return undefined;
}

function descending(left: number, right: number): number {
  const tolerance = Math.max(Number.EPSILON, SAME_FRACTION * Math.max(Math.abs(left), Math.abs(right)));
  return Math.abs(left - right) <= tolerance ? 0 : right - left;
}
