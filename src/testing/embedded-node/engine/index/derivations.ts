import type { WordNumber, Words } from "./words.ts";

/** Most words that one query word may stand for, with one typo and with two. */
const MAX_ONE_TYPO = 150;
const MAX_TWO_TYPOS = 50;

/** Words near to a query word, by their number of typos; a typo in the first letter counts twice. */
export interface Derivations {
  readonly oneTypo: WordNumber[];
  readonly twoTypos: WordNumber[];
}

/** A query word for which near words are wanted. */
export interface DerivationRequest {
  readonly text: string;
  /** Whether the word stands for the beginning of the words looked for. */
  readonly isPrefix: boolean;
  readonly maxTypos: 1 | 2;
  /** Which words may be found with typos at all. */
  accepts(word: WordNumber): boolean;
}

/**
 * Words within the given number of typos (insertion, deletion, substitution, swap of neighbours), in order of their text,
 * up to the server's caps. The sorted word list is walked as a trie: one row of distances per letter is kept.
 */
export function deriveWords(words: Words, request: DerivationRequest): Derivations {
  const found: Derivations = { oneTypo: [], twoTypos: [] };
  const walk = new DistanceWalk([...request.text], request);
  const [first = ""] = request.text;
  for (const word of words.sorted()) {
    const isOneFull = found.oneTypo.length >= MAX_ONE_TYPO;
    const isTwoFull = request.maxTypos === 1 || found.twoTypos.length >= MAX_TWO_TYPOS;
    if (isOneFull && isTwoFull) break;
    const distance = walk.distance(words.text(word));
    if (distance === undefined || distance === 0 || !request.accepts(word)) continue;
    const typos = words.text(word).startsWith(first) ? distance : typosOfOtherFirst(distance, request, isTwoFull);
    if (typos === 1 && !isOneFull) found.oneTypo.push(word);
    if (typos === 2 && !isTwoFull) found.twoTypos.push(word);
  }
  return found;
}

/** A typo in the first letter counts as two; once the list of those is full, as one: the server does so by oversight. */
function typosOfOtherFirst(distance: number, { maxTypos }: DerivationRequest, isTwoFull: boolean): number | undefined {
  if (maxTypos === 1 || distance !== 1) return undefined;
  return isTwoFull ? 1 : 2;
}

/** Distances from one query word to words asked in sorted order; shared beginnings are computed once. */
class DistanceWalk {
  readonly #query: readonly string[];
  readonly #isPrefix: boolean;
  readonly #limit: number;
  /** rows[i] = distances of the first i letters of the current word to every beginning of the query. */
  readonly #rows: number[][];
  #letters: string[] = [];
  /** Number of valid rows beyond row 0. */
  #depth = 0;
  /** A beginning whose words all have the same answer, and the answer. */
  #settled: { readonly beginning: string; readonly distance: number | undefined } | undefined;

  constructor(query: readonly string[], request: DerivationRequest) {
    this.#query = query;
    this.#isPrefix = request.isPrefix;
    this.#limit = request.maxTypos;
    this.#rows = [Array.from({ length: query.length + 1 }, (_, i) => i)];
  }

  /**
   * Undefined when above the limit. A prefix search takes the distance of the first beginning that is at least as near to
   * the whole query as to any part of it, or else of the whole word, as the server's automaton does.
   */
  distance(text: string): number | undefined {
    if (this.#settled !== undefined && text.startsWith(this.#settled.beginning)) return this.#settled.distance;
    this.#settled = undefined;
    const letters = [...text];
    let shared = 0;
    while (shared < this.#depth && shared < letters.length && letters[shared] === this.#letters[shared]) shared += 1;
    this.#letters = letters;
    this.#depth = shared;
    while (this.#depth < letters.length) {
      const row = this.#nextRow();
      const isDead = Math.min(...row) > this.#limit;
      if (!isDead && !this.#isSink(row)) continue;
      const distance = isDead ? undefined : row[this.#query.length];
      this.#settled = { beginning: letters.slice(0, this.#depth).join(""), distance };
      return distance;
    }
    const distance = this.#rows[this.#depth]?.[this.#query.length] ?? 0;
    return distance <= this.#limit ? distance : undefined;
  }

  /** Whether nothing that follows can change the answer of a prefix search. */
  #isSink(row: readonly number[]): boolean {
    const distance = row[this.#query.length] ?? 0;
    return this.#isPrefix && distance <= this.#limit && row.every((part) => part >= distance);
  }

  #nextRow(): number[] {
    const depth = this.#depth + 1;
    const letter = this.#letters[depth - 1];
    const above = this.#rows[depth - 1] ?? [];
    const row = [depth];
    for (let i = 1; i <= this.#query.length; i += 1) {
      const isSame = this.#query[i - 1] === letter;
      let best = Math.min((above[i] ?? 0) + 1, (row[i - 1] ?? 0) + 1, (above[i - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && depth > 1 && this.#query[i - 2] === letter && this.#query[i - 1] === this.#letters[depth - 2]) {
        best = Math.min(best, (this.#rows[depth - 2]?.[i - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    this.#rows[depth] = row;
    this.#depth = depth;
    return row;
  }
}
