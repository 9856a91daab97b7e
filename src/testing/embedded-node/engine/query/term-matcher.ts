import type { TermMatch, TermMatcher } from "../format/matches.ts";
import { originalLengths, utf8Length } from "../text/normalize.ts";
import type { Token } from "../text/tokenizer.ts";
import type { SearchContext } from "./context.ts";
import type { LocatedQueryTerm, Phrase, QueryTerm } from "./term.ts";

interface LocatedPhrase {
  readonly phrase: Phrase;
  readonly ids: readonly number[];
}

interface LocatedWords {
  /** With the order in which they came up: the first that fits counts. */
  readonly words: ReadonlyMap<string, number>;
  readonly isPrefix: boolean;
  /** Number of characters that the user typed. */
  readonly typed: number;
  readonly ids: readonly number[];
}

/** Matches the words and phrases that the terms stand for, as far as the search found them out. */
export function termMatcher(context: SearchContext, terms: readonly LocatedQueryTerm[]): TermMatcher {
  const phrases = terms.flatMap(({ term, positions }) =>
    phrasesOf(term).map((phrase): LocatedPhrase => ({ phrase, ids: idsOf(positions) })),
  );
  const words = terms
    .map(
      ({ term, positions }): LocatedWords => ({
        words: new Map(wordsOf(context, term).map((word) => [word, context.firstSeen(word)])),
        isPrefix: term.isPrefix,
        typed: [...term.original].length,
        ids: idsOf(positions),
      }),
    )
    .sort((a, b) => Number(a.isPrefix) - Number(b.isPrefix) || b.ids.length - a.ids.length);
  return { matches: (tokens) => findMatches(tokens, phrases, words) };
}

function findMatches(
  tokens: readonly Token[],
  phrases: readonly LocatedPhrase[],
  words: readonly LocatedWords[],
): TermMatch[] {
  const matches: TermMatch[] = [];
  let next = 0;
  for (const [i, token] of tokens.entries()) {
    if (i < next || isSeparator(token)) continue;
    const match = matchPhrases(tokens, i, phrases) ?? matchWord(token, i, words);
    if (match === undefined) continue;
    matches.push(match);
    next = match.last + 1;
  }
  return matches;
}

function matchPhrases(
  tokens: readonly Token[],
  first: number,
  phrases: readonly LocatedPhrase[],
): TermMatch | undefined {
  for (const { phrase, ids } of phrases) {
    let last = first - 1;
    const isWhole = phrase.words.every((word) => {
      do last += 1;
      while (last < tokens.length && isSeparatorAt(tokens, last));
      return fits(tokens[last], word);
    });
    if (isWhole && phrase.words.length > 0) return { first, last, ids: [...ids] };
  }
  return undefined;
}

/** A stop word of the phrase is answered by any stop word of the text. */
function fits(token: Token | undefined, word: string | undefined): boolean {
  return word === undefined ? token?.kind === "stopWord" : token?.lemma === word;
}

function matchWord(token: Token, index: number, words: readonly LocatedWords[]): TermMatch | undefined {
  for (const located of words) {
    const ids = [...located.ids];
    if (located.isPrefix) {
      const start = typedStart(token.lemma, located);
      if (start !== undefined)
        return { first: index, last: index, charLength: originalLengths(token.text, start).chars, ids };
    } else if (located.words.has(token.lemma)) {
      return { first: index, last: index, ids };
    }
  }
  return undefined;
}

/** Bytes of the typed beginning of a word that starts with one of the located words; undefined when it does with none. */
function typedStart(lemma: string, located: LocatedWords): number | undefined {
  const letters = [...lemma];
  let best: { order: number; start: string } | undefined;
  for (let length = 1; length <= letters.length; length += 1) {
    const start = letters.slice(0, length).join("");
    const order = located.words.get(start);
    if (order !== undefined && order < (best?.order ?? Number.POSITIVE_INFINITY)) best = { order, start };
  }
  return best === undefined ? undefined : utf8Length([...best.start].slice(0, located.typed).join(""));
}

function phrasesOf(term: QueryTerm): Phrase[] {
  const found = [...(term.phrase === undefined ? [] : [term.phrase]), ...term.synonyms];
  if (term.typos?.split !== undefined) found.push(term.typos.split);
  return found;
}

/** Words of a common prefix are not listed one by one: only the prefix itself is highlighted. */
function wordsOf(context: SearchContext, term: QueryTerm): string[] {
  const words = term.exact === undefined ? [] : [term.exact];
  if (!term.isCommonPrefix) words.push(...term.prefixOf);
  words.push(...(term.typos?.oneTypo ?? []), ...(term.typos?.twoTypos ?? []));
  return words.map((word) => context.index.words.text(word));
}

function idsOf([first, last]: readonly [number, number]): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function isSeparator(token: Token): boolean {
  return token.kind === "hardSeparator" || token.kind === "softSeparator";
}

function isSeparatorAt(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  return token !== undefined && isSeparator(token);
}
