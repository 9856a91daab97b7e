import { isSeparator, type MatchedText, type TermMatch } from "./matches.ts";

/** A match with the positions of its first and last word among the words of the text. */
export interface PlacedMatch {
  readonly match: TermMatch;
  readonly firstWord: number;
  readonly lastWord: number;
}

/** Two matches that a crop window is laid around. */
export interface Interval {
  readonly first: PlacedMatch;
  readonly last: PlacedMatch;
}

/** Distances between matches count no further than this. */
const MAX_DISTANCE = 7;

/** The matches of a text with their word positions. */
export function placeMatches({ tokens, matches }: MatchedText): PlacedMatch[] {
  const words: number[] = [];
  let count = 0;
  for (const token of tokens) {
    words.push(count);
    if (!isSeparator(token)) count += 1;
  }
  return matches.map((match) => ({
    match,
    firstWord: words[match.first] ?? 0,
    lastWord: words[match.last] ?? 0,
  }));
}

/**
 * The neighbouring matches that fit into a window of so many words and score best: more different query words, then
 * closer together, then in the order of the query. The first of equals wins; without any that fits, the first match.
 * Where several phrases are each longer than the window, the interval may end before it begins, as on the server.
 */
export function bestInterval(matches: readonly PlacedMatch[], cropLength: number): Interval | undefined {
  const [fallback] = matches;
  if (fallback === undefined) return undefined;
  let best: Candidate | undefined;
  for (const [from, to] of windows(matches, cropLength)) best = better(best, candidate(matches, [from, to]));
  return best?.interval ?? { first: fallback, last: fallback };
}

interface Candidate {
  readonly interval: Interval;
  readonly score: readonly [unique: number, distance: number, order: number];
}

/** The widest windows over neighbouring matches, as first and last index; see above for those that end too early. */
function* windows(matches: readonly PlacedMatch[], cropLength: number): Generator<[number, number]> {
  let from = 0;
  for (const [index, { lastWord }] of matches.entries()) {
    if (lastWord - firstWordOf(matches, from) < cropLength) continue;
    if (index > 0) yield [from, index - 1];
    do from += 1;
    while (
      from < matches.length &&
      firstWordOf(matches, from) <= lastWord &&
      lastWord - firstWordOf(matches, from) >= cropLength
    );
    from = Math.min(from, matches.length - 1);
  }
  const last = matches.length - 1;
  if (from !== last || wordCount(matches[from]) < cropLength) yield [from, last];
}

function candidate(matches: readonly PlacedMatch[], [from, to]: readonly [number, number]): Candidate | undefined {
  const first = matches[from];
  const last = matches[to];
  if (first === undefined || last === undefined) return undefined;
  return { interval: { first, last }, score: score(matches.slice(from, to + 1)) };
}

function better(best: Candidate | undefined, next: Candidate | undefined): Candidate | undefined {
  if (best === undefined || next === undefined) return best ?? next;
  for (const part of [0, 1, 2] as const) {
    if (next.score[part] !== best.score[part]) return next.score[part] > best.score[part] ? next : best;
  }
  return best;
}

function score(matches: readonly PlacedMatch[]): Candidate["score"] {
  let distance = 0;
  let order = 0;
  const ids = new Set<number>();
  for (const [index, placed] of matches.entries()) {
    for (const id of placed.match.ids) ids.add(id);
    const inside = wordCount(placed) - 1;
    order += inside;
    distance -= inside;
    const next = matches[index + 1];
    if (next === undefined) continue;
    if (Math.min(...next.match.ids) > Math.min(...placed.match.ids)) order += 1;
    distance -= Math.min(next.firstWord - placed.lastWord, MAX_DISTANCE);
  }
  return [ids.size, distance, order];
}

function wordCount(placed: PlacedMatch | undefined): number {
  return placed === undefined ? 0 : placed.lastWord - placed.firstWord + 1;
}

function firstWordOf(matches: readonly PlacedMatch[], index: number): number {
  return matches[index]?.firstWord ?? 0;
}
