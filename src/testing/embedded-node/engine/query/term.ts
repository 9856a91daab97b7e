import type { WordNumber } from "../index/words.ts";

/** Consecutive words; `undefined` stands for a stop word, any of which fits. */
export interface Phrase {
  readonly words: readonly (string | undefined)[];
}

/** One word, phrase or group of glued words of the query, with everything it may stand for. */
export interface QueryTerm {
  /** Unique within one search. */
  readonly id: number;
  readonly original: string;
  /** The words that were glued together; only they are searched in typo-tolerant fields alone. */
  readonly ngramWords: readonly string[] | undefined;
  readonly maxTypos: 0 | 1 | 2;
  readonly isPrefix: boolean;
  readonly phrase: Phrase | undefined;
  /** The word itself, if some document has it. */
  readonly exact: WordNumber | undefined;
  /** Longer words that begin with it. */
  readonly prefixOf: readonly WordNumber[];
  /** Whether the prefix is so common that the server keeps a list for it: it then counts as one, not as its words. */
  readonly isCommonPrefix: boolean;
  readonly synonyms: readonly Phrase[];
  /** Computed when first needed. */
  typos: TypoDerivations | undefined;
}

/** Words with typos, and the two words that the word splits into. */
export interface TypoDerivations {
  readonly oneTypo: readonly WordNumber[];
  readonly twoTypos: readonly WordNumber[];
  readonly split: Phrase | undefined;
}

/** The part of a term's derivations that a path through the query uses. */
export interface TermSubset {
  readonly term: QueryTerm;
  /** "exact" keeps the word or phrase as written. */
  readonly zeroTypo: "all" | "exact" | "none";
  readonly oneTypo: boolean;
  readonly twoTypos: boolean;
  /** Set once the exactness rule relied on it: may not be dropped any more. */
  readonly isMandatory: boolean;
}

/** A subset at its place in the query. */
export interface LocatedTerm {
  readonly subset: TermSubset;
  /** First and last word position in the query. */
  readonly positions: readonly [number, number];
  /** First and last term, counted without what stop words leave out. */
  readonly termIds: readonly [number, number];
}

/** A parsed term of the query and its place. */
export interface LocatedQueryTerm {
  readonly term: QueryTerm;
  readonly positions: readonly [number, number];
}

/** All derivations of a term. */
export function fullSubset(term: QueryTerm): TermSubset {
  return { term, zeroTypo: "all", oneTypo: true, twoTypos: true, isMandatory: false };
}

/** What both subsets of one term have. */
export function intersectSubsets(left: TermSubset, right: TermSubset): TermSubset {
  const order = ["none", "exact", "all"] as const;
  const zeroTypo = order[Math.min(order.indexOf(left.zeroTypo), order.indexOf(right.zeroTypo))] ?? "none";
  return { ...left, zeroTypo, oneTypo: left.oneTypo && right.oneTypo, twoTypos: left.twoTypos && right.twoTypos };
}

/** The word or phrase as written, when the subset still holds it and some document may have it. */
export function exactForm(subset: TermSubset): { phrase: Phrase } | { word: string } | undefined {
  const { term, zeroTypo } = subset;
  if (term.ngramWords !== undefined || zeroTypo === "none") return undefined;
  if (term.phrase !== undefined) return { phrase: term.phrase };
  return term.exact === undefined ? undefined : { word: term.original };
}

/** The phrase as written, when the subset still holds it. */
export function originalPhrase(subset: TermSubset): Phrase | undefined {
  return subset.zeroTypo === "none" ? undefined : subset.term.phrase;
}

/** How many terms of the query a located term covers. */
export function termCount(located: LocatedTerm): number {
  return located.termIds[1] - located.termIds[0] + 1;
}

/** Equal for equal located terms. */
export function locatedKey(located: LocatedTerm): string {
  const { subset, positions, termIds } = located;
  return [subsetKey(subset), subset.isMandatory, positions[0], positions[1], termIds[0], termIds[1]].join();
}

/** Equal for subsets that match the same documents. */
export function subsetKey(subset: TermSubset): string {
  return `${subset.term.id}${subset.zeroTypo}${Number(subset.oneTypo)}${Number(subset.twoTypos)}`;
}
