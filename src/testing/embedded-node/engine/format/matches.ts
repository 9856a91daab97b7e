import type { Token } from "../text/tokenizer.ts";

/** A run of tokens that answers a part of the query. */
export interface TermMatch {
  /** Index of the first and last token of the run. */
  readonly first: number;
  readonly last: number;
  /** Characters of the last token that were asked for, when only its beginning was; absent = all of it. */
  readonly charLength?: number;
  /** Numbers of the query words that it answers. */
  readonly ids: readonly number[];
}

/** Finds what the query matches in the tokens of one text, in text order, without overlaps. */
export interface TermMatcher {
  matches(tokens: readonly Token[]): readonly TermMatch[];
}

/** A text cut into tokens, with what the query matches in it. */
export interface MatchedText {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly matches: readonly TermMatch[];
}

/** Whether a token parts words instead of being one. */
export function isSeparator(token: Token): boolean {
  return token.kind === "softSeparator" || token.kind === "hardSeparator";
}

/** UTF-16 offsets of what a match marks: from its first token to the last asked character of its last. */
export function markedRange({ text, tokens }: MatchedText, match: TermMatch): { start: number; end: number } {
  const first = tokens[match.first];
  const last = tokens[match.last];
  if (first === undefined || last === undefined) throw new RangeError("a match lies outside its text");
  if (match.charLength === undefined) return { start: first.start, end: last.end };
  const marked = [...text.slice(last.start, last.end)].slice(0, match.charLength).join("");
  return { start: first.start, end: last.start + marked.length };
}
