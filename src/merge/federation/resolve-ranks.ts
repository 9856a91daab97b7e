import type { Rank } from "./score-group.ts";

/** How far numbers of places that are computed from scores may be from whole numbers. */
const NEARLY_WHOLE = 1e-4;
const SAME_SCORE = 1e-9;

/**
 * A hit's ranks, over all groups, with the number of places that the node did not tell, found by what the whole score
 * must come to. Undefined when no numbers fit, as when joined words make a query of fewer.
 */
export function resolveRanks(ranks: readonly Rank[], score: number): readonly Rank[] | undefined {
  const hidden = ranks.findIndex(({ isHidden }) => isHidden === true);
  const { max = 1 } = ranks[hidden] ?? {};
  for (let rank = max; rank >= 1; rank--) {
    const guess = hidden < 0 ? ranks : ranks.with(hidden, { ratio: rank / max, max });
    const resolved = withKnownPlaces(guess, score);
    if (resolved !== undefined) return resolved;
    if (hidden < 0) return undefined;
  }
  return undefined;
}

function withKnownPlaces(ranks: readonly Rank[], score: number): readonly Rank[] | undefined {
  const at = ranks.findIndex(({ max }) => max === undefined);
  const unknown = ranks[at];
  if (unknown === undefined) return isSame(foldRanks(ranks, 1) ?? 0, score) ? ranks : undefined;
  const behind = foldRanks(ranks.slice(at + 1), 1);
  if (behind === undefined) return undefined;
  const own = tailOf(ranks.slice(0, at), score);
  // Perfect ranks behind it leave the ratio as it is, whatever the number of places.
  if (behind === 1) return isSame(own, unknown.ratio) ? ranks : undefined;
  const places = (1 - behind) / (unknown.ratio - own);
  const max = Math.round(places);
  const isWhole = max >= 1 && Math.abs(places - max) < NEARLY_WHOLE;
  return isWhole && isNearlyWhole(unknown.ratio * max) ? ranks.with(at, { ...unknown, max }) : undefined;
}

/** Puts ranks before what the ranks behind them come to; undefined when one has an unknown number of places. */
export function foldRanks(ranks: readonly Rank[], tail: number): number | undefined {
  let score = tail;
  for (const { ratio, max } of ranks.toReversed()) {
    if (score === 1) score = ratio;
    else if (max === undefined) return undefined;
    else score = (Math.max(0, ratio * max - 1) + score) / max;
  }
  return score;
}

/** What is left of a whole score behind its first ranks. */
function tailOf(ranks: readonly Rank[], score: number): number {
  let tail = score;
  for (const { ratio, max = 1 } of ranks) tail = tail * max - Math.max(0, ratio * max - 1);
  return tail;
}

function isSame(left: number, right: number): boolean {
  return Math.abs(left - right) < SAME_SCORE;
}

function isNearlyWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < NEARLY_WHOLE;
}
