import type { JsonObject } from "../core/types.ts";
import { numberOf } from "./answer-shape.ts";

/** An entry of `_rankingScoreDetails` that is no sort. */
export interface RankDetail {
  readonly name: string;
  readonly detail: JsonObject;
}

/** Largest maximum that a rule is tried with; rules that tell only a fraction have a few dozen at most. */
const LARGEST = 250;

/** Steps after which the maxima of one hit are given up. */
const PATIENCE = 20_000;

/** Rounding of a score that was divided by several maxima. */
const NEARLY = 1e-9;

/**
 * How many ranks each rule has, of which some tell only the fraction that a hit reached. A hit's score is its ranks as one
 * mixed-radix number (milli `Rank::merge`), so the maxima are those with which the fractions make the score;
 * `undefined` when none do.
 */
export function rankMaxima(ranks: readonly RankDetail[], score: number): ReadonlyMap<string, number> | undefined {
  const found = search(ranks, score, { steps: PATIENCE });
  return found === undefined ? undefined : new Map(found);
}

function search(
  ranks: readonly RankDetail[],
  score: number,
  budget: { steps: number },
): [string, number][] | undefined {
  const [first, ...rest] = ranks;
  if (first === undefined) return Math.abs(score - 1) < NEARLY ? [] : undefined;
  const local = localScore(first);
  // The last rule is followed by none, so its fraction is what is left, whatever its maximum.
  if (rest.length === 0) return isLast(first, local, score) ? [] : undefined;
  for (const maxRank of maximaOf(first, local)) {
    if (budget.steps-- <= 0) return undefined;
    const left = score * maxRank - (rankOf(local, maxRank) - 1);
    if (left <= -NEARLY) return undefined; // and even less with a larger maximum
    if (left > 1 + NEARLY) continue;
    const others = search(rest, left, budget);
    if (others !== undefined) return [[first.name, maxRank], ...others];
  }
  return undefined;
}

/** Exactness counts the exact words of documents that begin like the query too, but does not tell how many. */
function isLast({ name, detail }: RankDetail, local: number, score: number): boolean {
  const isHalfTold = name === "exactness" && detail["matchingWords"] === undefined;
  return Math.abs(score - local) < NEARLY || (isHalfTold && score > local - 1 / 3 && score < local);
}

/** The score of neighbouring rules by themselves; without maxima, one that is near it. */
export function scoreOfRanks(ranks: readonly RankDetail[], maxima: ReadonlyMap<string, number> | undefined): number {
  let score = 1;
  for (const rank of [...ranks].reverse()) {
    const local = localScore(rank);
    const maxRank = maxima?.get(rank.name) ?? estimatedMaximum(rank, local);
    score = (rankOf(local, maxRank) - 1 + score) / maxRank;
  }
  return score;
}

/** A rule that was cut off counts as no rank of one, and leaves the rest as it is. */
function localScore({ name, detail }: RankDetail): number {
  return name === "skipped" ? 1 : numberOf(detail["score"], `the score of \`${name}\``);
}

function rankOf(local: number, maxRank: number): number {
  return Math.max(1, Math.round(local * maxRank));
}

function* maximaOf(rank: RankDetail, local: number): Generator<number> {
  const known = knownMaximum(rank);
  if (known !== undefined) {
    yield known;
    return;
  }
  for (let maxRank = 1; maxRank <= LARGEST; maxRank++) {
    if (Math.abs(local * maxRank - Math.round(local * maxRank)) < NEARLY * maxRank) yield maxRank;
  }
}

function knownMaximum({ name, detail }: RankDetail): number | undefined {
  if (name === "skipped") return 1;
  if (typeof detail["maxTypoCount"] === "number") return detail["maxTypoCount"] + 1;
  if (name === "words" && typeof detail["maxMatchingWords"] === "number") return detail["maxMatchingWords"];
  return undefined;
}

function estimatedMaximum(rank: RankDetail, local: number): number {
  for (const maxRank of maximaOf(rank, local)) if (maxRank >= 10 || knownMaximum(rank) !== undefined) return maxRank;
  return LARGEST;
}
