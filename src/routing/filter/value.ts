import type { FilterToken } from "./ast.ts";
import { unescapeText } from "./escape.ts";
import { type Failure, type FailureReason, fatal, mismatch } from "./failure.ts";
import {
  advance,
  afterWord,
  between,
  type Cursor,
  restOf,
  type Span,
  skipSpaces,
  skipToSyntax,
  skipVectorWord,
  skipWhiteSpace,
  skipWord,
  startsWith,
  textOf,
} from "./lexer.ts";
import { type Parsed, parsed } from "./parsed.ts";

/** Words that are no names unless quoted. */
const KEYWORDS: ReadonlySet<string> = new Set([
  "AND",
  "OR",
  "IN",
  "NOT",
  "TO",
  "EXISTS",
  "IS",
  "NULL",
  "EMPTY",
  "CONTAINS",
  "STARTS",
  "WITH",
  "_geoRadius",
  "_geoBoundingBox",
]);

/** A token without escapes, as it stands. */
export function tokenOf(span: Span): FilterToken {
  return { value: textOf(span), span };
}

/** Reads a name or value: a word that is no keyword, or text in single or double quotes; skips the blanks around it. */
export function parseValue(cursor: Cursor): Parsed<FilterToken> {
  const start = skipWhiteSpace(cursor);
  const misuse = geoMisuse(start);
  if (misuse !== undefined) return misuse;
  const quote = quoteAt(start);
  const raw = quote === undefined ? parseWord(start) : parseQuoted(start, quote);
  if (!raw.ok) return raw;
  const token = unescapeToken(raw.value);
  return token.ok ? parsed(token.value, skipSpaces(raw.rest)) : token;
}

/** Reads the name of an embedder or fragment. Any failure is fatal: `kind` of the caller, or the quotes. */
export function parseVectorName(cursor: Cursor, kind: "vectorBadEmbedder" | "vectorBadFragment"): Parsed<FilterToken> {
  const name = tryVectorName(cursor);
  if (name.ok) return name;
  const isQuote = name.reason.kind === "missingClosingDelimiter";
  return fatal(restOf(cursor), { kind: isQuote ? "vectorQuotes" : kind });
}

/** {@link parseVectorName} that fails as it fails. */
export function tryVectorName(cursor: Cursor): Parsed<FilterToken> {
  const quote = quoteAt(cursor);
  const raw = quote === undefined ? parseVectorWord(cursor) : parseQuoted(cursor, quote);
  if (!raw.ok) return raw;
  const token = unescapeToken(raw.value);
  return token.ok ? parsed(token.value, raw.rest) : token;
}

interface RawToken {
  readonly text: string;
  readonly span: Span;
}

/** Geo operations and reserved geo names may not stand where a name or value is expected. */
function geoMisuse(cursor: Cursor): Failure | undefined {
  if (!startsWith(cursor, "_geo")) return undefined;
  const rest = restOf(cursor);
  for (const name of ["_geoPoint", "_geoDistance"]) {
    if (startsWith(cursor, name)) return fatal(rest, { kind: "reservedGeo", name });
  }
  if (afterWord(cursor, "_geo") !== undefined) return fatal(rest, { kind: "reservedGeo", name: "_geo" });
  for (const name of ["_geoRadius", "_geoBoundingBox"]) {
    if (afterWord(cursor, name) !== undefined) return fatal(rest, { kind: "misusedGeo", name });
  }
  return undefined;
}

function quoteAt(cursor: Cursor): string | undefined {
  if (startsWith(cursor, '"')) return '"';
  return startsWith(cursor, "'") ? "'" : undefined;
}

function parseWord(cursor: Cursor): Parsed<RawToken> {
  const end = skipWord(cursor);
  const span = between(cursor, end);
  const text = textOf(span);
  if (text !== "" && !KEYWORDS.has(text)) return parsed({ text, span }, end);
  return mismatch(between(cursor, skipToSyntax(cursor)), { kind: "expectedValue", reserved: text !== "" });
}

function parseVectorWord(cursor: Cursor): Parsed<RawToken> {
  const end = skipVectorWord(cursor);
  const span = between(cursor, end);
  return span.start === span.end ? mismatch(restOf(cursor)) : parsed({ text: textOf(span), span }, end);
}

function parseQuoted(cursor: Cursor, quote: string): Parsed<RawToken> {
  const { text } = cursor.source;
  const inside = advance(cursor, 1);
  let at = inside.at;
  let isEscaped = false;
  while (at < text.length && text[at] !== quote) {
    if (text[at] === "\\") {
      at += 1;
      if (at >= text.length) return fatal(restOf(inside), { kind: "malformedValue" });
      isEscaped ||= text[at] === quote;
    }
    at += 1;
  }
  if (at >= text.length) return fatal(restOf(cursor), { kind: "missingClosingDelimiter", delimiter: quote });
  const end = { source: cursor.source, at };
  const span = between(inside, end);
  const raw = textOf(span);
  return parsed({ text: isEscaped ? raw.replaceAll(`\\${quote}`, quote) : raw, span }, advance(end, 1));
}

function unescapeToken(raw: RawToken): { readonly ok: true; readonly value: FilterToken } | Failure {
  const result = unescapeText(raw.text);
  if ("text" in result) return { ok: true, value: { value: result.text, span: raw.span } };
  if (result.problem === "incomplete") {
    const { source } = raw.span;
    return fatal({ source, start: 0, end: source.text.length }, { kind: "incomplete" });
  }
  const reason: FailureReason = { kind: result.problem === "badNumber" ? "invalidEscapedNumber" : "malformedValue" };
  return mismatch(raw.span, reason);
}
