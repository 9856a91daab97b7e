import { DocSet } from "../doc-set.ts";
import type { FieldWords } from "../index/inverted-index.ts";
import type { WordNumber } from "../index/words.ts";
import type { SearchContext } from "./context.ts";

/** Distance of words that are too far apart, or in different fields, to be near. */
export const FAR = 4;

const LEFT = 1;
const RIGHT = 2;
const LEFT_BACK = 4;
const RIGHT_BACK = 8;

/** Two groups of words whose least distance within one field is wanted. */
export interface WordPair {
  readonly left: Iterable<WordNumber>;
  readonly right: Iterable<WordNumber>;
  /** Words that may also stand the other way round. */
  readonly leftBack?: Iterable<WordNumber>;
  readonly rightBack?: Iterable<WordNumber>;
}

/** Least distance from a left to a right word (forward), and from a right to a left one (backward); FAR = none near. */
export interface PairDistance {
  readonly forward: number;
  readonly backward: number;
}

/** Calls back with the least distances of a pair in each document. With `byAttribute` precision, sharing a field is 1. */
export function pairDistances(
  context: SearchContext,
  pair: WordPair,
  docs: { readonly among: DocSet; readonly visit: (docid: number, distance: PairDistance) => void },
): void {
  const marks = context.borrowMarks();
  const groups = [
    [pair.left, LEFT],
    [pair.right, RIGHT],
    [pair.leftBack ?? [], LEFT_BACK],
    [pair.rightBack ?? [], RIGHT_BACK],
  ] as const;
  for (const [words, mark] of groups) for (const word of words) marks[word] = (marks[word] ?? 0) | mark;
  const byAttribute = context.settings.proximityPrecision === "byAttribute";
  for (const docid of docs.among) {
    const fields = context.index.wordsOf(docid);
    docs.visit(docid, byAttribute ? sharedField(context, fields, marks) : leastDistance(fields, marks));
  }
  for (const [words] of groups) for (const word of words) marks[word] = 0;
}

/** In how many documents two words stand next to each other, in this order. */
export function countAdjacent(context: SearchContext, left: WordNumber, right: WordNumber): number {
  const among = wordDocsAnywhere(context, left).and(wordDocsAnywhere(context, right));
  let count = 0;
  const visit = (_docid: number, distance: PairDistance): void => {
    if (distance.forward === 1) count += 1;
  };
  pairDistances(context, { left: [left], right: [right] }, { among, visit });
  return count;
}

function wordDocsAnywhere(context: SearchContext, word: WordNumber): DocSet {
  const docs = DocSet.empty();
  for (const docids of context.index.postings(word).values()) for (const docid of docids) docs.add(docid);
  return docs;
}

function leastDistance(fields: readonly FieldWords[], marks: Uint8Array): PairDistance {
  let forward = FAR;
  let backward = FAR;
  for (const { pairs } of fields) {
    const near = leastInField(pairs, marks);
    forward = Math.min(forward, near.forward);
    backward = Math.min(backward, near.backward);
  }
  return { forward, backward };
}

function leastInField(pairs: Uint32Array, marks: Uint8Array): PairDistance {
  let forward = FAR;
  let backward = FAR;
  let lastLeft = -FAR;
  let lastRight = -FAR;
  for (let i = 0; i < pairs.length; i += 2) {
    const mark = marks[pairs[i] ?? 0] ?? 0;
    if (mark === 0) continue;
    const position = pairs[i + 1] ?? 0;
    if ((mark & RIGHT) !== 0) forward = Math.min(forward, position - lastLeft);
    if ((mark & LEFT_BACK) !== 0) backward = Math.min(backward, position - lastRight);
    if ((mark & LEFT) !== 0) lastLeft = position;
    if ((mark & RIGHT_BACK) !== 0) lastRight = position;
  }
  return { forward, backward };
}

function sharedField(context: SearchContext, fields: readonly FieldWords[], marks: Uint8Array): PairDistance {
  for (const { field, pairs } of fields) {
    if (!context.searches(field)) continue;
    let seen = 0;
    for (let i = 0; i < pairs.length; i += 2) seen |= marks[pairs[i] ?? 0] ?? 0;
    if ((seen & LEFT) !== 0 && (seen & RIGHT) !== 0) return { forward: 1, backward: FAR };
  }
  return { forward: FAR, backward: FAR };
}
