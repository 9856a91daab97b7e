/** The text being parsed, and what the position line of an error shows (a `_foreign` filter shows only its own part). */
interface Source {
  readonly text: string;
  readonly shown: string;
}

/** A part of the source by UTF-16 offsets. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A place in the source from which parsing goes on. */
export interface Cursor {
  readonly source: Source;
  readonly at: number;
}

const SPACES = /[ \t\r\n]*/y;
const WHITE_SPACE = /\p{White_Space}*/uy;
const WORD = /[\p{Alphabetic}\p{N}_.-]*/uy;
const VECTOR_WORD = /[\p{Alphabetic}\p{N}_-]*/uy;
const UNTIL_SYNTAX = /[^\p{White_Space}()=<>!]*/uy;

/** A cursor at the beginning of a filter text. */
export function cursorOf(text: string): Cursor {
  return { source: { text, shown: text }, at: 0 };
}

/** The same place, some characters on. */
export function advance(cursor: Cursor, by: number): Cursor {
  return by === 0 ? cursor : { source: cursor.source, at: cursor.at + by };
}

/** Everything from a cursor to the end. */
export function restOf(cursor: Cursor): Span {
  return { source: cursor.source, start: cursor.at, end: cursor.source.text.length };
}

/** What lies between two cursors. */
export function between(from: Cursor, to: Cursor): Span {
  return { source: from.source, start: from.at, end: to.at };
}

/** The text of a span. */
export function textOf(span: Span): string {
  return span.source.text.slice(span.start, span.end);
}

/** Whether exactly this text comes next. */
export function startsWith(cursor: Cursor, text: string): boolean {
  return cursor.source.text.startsWith(text, cursor.at);
}

/** Skips the blanks that the grammar allows around operators: space, tab, carriage return, line feed. */
export function skipSpaces(cursor: Cursor): Cursor {
  return skip(cursor, SPACES);
}

/** Skips white space of any kind, as it may come before a value. */
export function skipWhiteSpace(cursor: Cursor): Cursor {
  return skip(cursor, WHITE_SPACE);
}

/** Skips a run of letters, digits, `_`, `-` and `.`. */
export function skipWord(cursor: Cursor): Cursor {
  return skip(cursor, WORD);
}

/** Skips a word that ends at a dot too: the name of an embedder or fragment. */
export function skipVectorWord(cursor: Cursor): Cursor {
  return skip(cursor, VECTOR_WORD);
}

/** Skips to the next white space, parenthesis or comparison sign. */
export function skipToSyntax(cursor: Cursor): Cursor {
  return skip(cursor, UNTIL_SYNTAX);
}

/** The cursor after a whole word that reads exactly so; undefined when another word, or none, comes next. */
export function afterWord(cursor: Cursor, word: string): Cursor | undefined {
  const end = skipWord(cursor);
  return textOf(between(cursor, end)) === word ? end : undefined;
}

/** {@link afterWord} with blanks allowed before and skipped after. */
export function afterSpacedWord(cursor: Cursor, word: string): Cursor | undefined {
  const end = afterWord(skipSpaces(cursor), word);
  return end === undefined ? undefined : skipSpaces(end);
}

/** The cursor after keywords parted by at least one blank; the last may run on into other characters. */
export function afterKeywords(cursor: Cursor, keywords: readonly string[]): Cursor | undefined {
  let place = cursor;
  for (const [index, keyword] of keywords.entries()) {
    if (index > 0) {
      const spaced = skipSpaces(place);
      if (spaced.at === place.at) return undefined;
      place = spaced;
    }
    if (!startsWith(place, keyword)) return undefined;
    place = advance(place, keyword.length);
  }
  return place;
}

/** Column of a span's beginning: characters since the last line feed, from 1. */
export function columnOf(span: Span): number {
  const before = span.source.text.slice(0, span.start);
  return characters(before.slice(before.lastIndexOf("\n") + 1)) + 1;
}

/** Number of Unicode characters. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function skip(cursor: Cursor, pattern: RegExp): Cursor {
  pattern.lastIndex = cursor.at;
  return advance(cursor, pattern.exec(cursor.source.text)?.[0].length ?? 0);
}
