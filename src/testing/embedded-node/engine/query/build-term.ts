import { type Derivations, deriveWords } from "../index/derivations.ts";
import type { WordNumber } from "../index/words.ts";
import { normalizeWord, utf8Length } from "../text/normalize.ts";
import type { SearchContext } from "./context.ts";
import { countAdjacent } from "./distances.ts";
import type { Phrase, QueryTerm, TypoDerivations } from "./term.ts";

/** Limits of the server on what one word may stand for. */
const MAX_PREFIX_WORDS = 1_000;
const MAX_SYNONYMS = 50;
const MAX_SYNONYM_WORDS = 100;
const MAX_WORD_BYTES = 250;
/** From this many words on, a prefix of at most four bytes is one that the server keeps a list for. */
const COMMON_PREFIX_WORDS = 100;
const COMMON_PREFIX_BYTES = 4;

/** How a term was written. */
export interface TermOptions {
  readonly maxTypos: 0 | 1 | 2;
  readonly isPrefix: boolean;
  readonly ngramWords?: readonly string[];
}

/** The term of one word, with its prefix words and synonyms; typos come later, when a rule asks for them. */
export function buildTerm(context: SearchContext, text: string, options: TermOptions): QueryTerm {
  const base = { id: context.nextTermId(), original: text, ngramWords: options.ngramWords, phrase: undefined };
  if (utf8Length(text) > MAX_WORD_BYTES) {
    const typos = { oneTypo: [], twoTypos: [], split: undefined };
    return {
      ...base,
      maxTypos: 0,
      isPrefix: false,
      exact: undefined,
      prefixOf: [],
      isCommonPrefix: false,
      synonyms: [],
      typos,
    };
  }
  context.firstSeen(text);
  const exact = context.index.words.find(text);
  const longer = options.isPrefix ? context.index.words.startingWith(text) : [];
  const isCommonPrefix = utf8Length(text) <= COMMON_PREFIX_BYTES && isCommon(context, longer);
  const prefixOf = longer.filter((word) => word !== exact).slice(0, isCommonPrefix ? longer.length : MAX_PREFIX_WORDS);
  if (!isCommonPrefix) for (const word of prefixOf) context.firstSeen(context.index.words.text(word));
  return {
    ...base,
    maxTypos: options.maxTypos,
    isPrefix: options.isPrefix,
    exact,
    prefixOf,
    isCommonPrefix,
    synonyms: synonymsOf(context, text, options),
    typos: undefined,
  };
}

/** The term of a quoted phrase. */
export function phraseTerm(context: SearchContext, phrase: Phrase): QueryTerm {
  for (const word of phrase.words) if (word !== undefined) context.firstSeen(word);
  return {
    id: context.nextTermId(),
    original: phrase.words.filter((word) => word !== undefined).join(" "),
    ngramWords: undefined,
    maxTypos: 0,
    isPrefix: false,
    phrase,
    exact: undefined,
    prefixOf: [],
    isCommonPrefix: false,
    synonyms: [],
    typos: undefined,
  };
}

/** How many typos the settings allow in a word. */
export function allowedTypos(context: SearchContext, word: string): 0 | 1 | 2 {
  const { enabled, minWordSizeForTypos, disableOnWords } = context.settings.typoTolerance;
  const length = [...word].length;
  if (!enabled || length < minWordSizeForTypos.oneTypo) return 0;
  if (disableOnWords.some((exact) => normalizeWord(exact) === word)) return 0;
  return length < minWordSizeForTypos.twoTypos ? 1 : 2;
}

/** The words with typos and the split words of a term, computed once per search. */
export function typosOf(context: SearchContext, term: QueryTerm): TypoDerivations {
  term.typos ??= {
    ...derivationsOf(context, term),
    split: term.phrase === undefined ? bestSplit(context, term) : undefined,
  };
  return term.typos;
}

function isCommon(context: SearchContext, words: readonly WordNumber[]): boolean {
  return (
    words.length >= COMMON_PREFIX_WORDS &&
    words.filter((word) => context.isTolerant(word)).length >= COMMON_PREFIX_WORDS
  );
}

function derivationsOf(context: SearchContext, { original, isPrefix, maxTypos }: QueryTerm): Derivations {
  if (maxTypos === 0) return { oneTypo: [], twoTypos: [] };
  const accepts = (word: WordNumber): boolean => context.isTolerant(word);
  const found = deriveWords(context.index.words, { text: original, isPrefix, maxTypos, accepts });
  const texts = [...found.oneTypo, ...found.twoTypos].map((word) => context.index.words.text(word));
  for (const text of texts.sort()) context.firstSeen(text);
  return found;
}

function synonymsOf(context: SearchContext, text: string, options: TermOptions): Phrase[] {
  const phrases: Phrase[] = [];
  let count = 0;
  for (const words of context.synonyms([text]).slice(0, MAX_SYNONYMS)) {
    if (count + words.length > MAX_SYNONYM_WORDS) continue;
    count += words.length;
    phrases.push({ words });
  }
  if (options.ngramWords !== undefined)
    phrases.push(...context.synonyms(options.ngramWords).map((words) => ({ words })));
  return phrases;
}

/** The split whose halves stand next to each other in most documents; a glued term does not split into its own words. */
function bestSplit(context: SearchContext, term: QueryTerm): Phrase | undefined {
  const letters = [...term.original];
  let best: { count: number; words: [string, string] } | undefined;
  for (let i = 1; i < letters.length; i += 1) {
    const words: [string, string] = [letters.slice(0, i).join(""), letters.slice(i).join("")];
    for (const word of words) context.firstSeen(word);
    const count = adjacentCount(context, words);
    if (count > (best?.count ?? 0)) best = { count, words };
  }
  if (best === undefined) return undefined;
  const isOwn = term.ngramWords?.length === 2 && term.ngramWords.every((word, i) => word === best.words[i]);
  return isOwn && term.maxTypos < 2 ? undefined : { words: best.words };
}

function adjacentCount(context: SearchContext, [left, right]: readonly [string, string]): number {
  const leftWord: WordNumber | undefined = context.index.words.find(left);
  const rightWord = context.index.words.find(right);
  return leftWord === undefined || rightWord === undefined ? 0 : countAdjacent(context, leftWord, rightWord);
}
