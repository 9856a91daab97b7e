import type { Filter, FilterToken, GeoPair } from "./ast.ts";
import { type Failure, type FailureReason, fatal, mismatch } from "./failure.ts";
import { advance, afterWord, between, type Cursor, restOf, type Span, skipSpaces, startsWith } from "./lexer.ts";
import { type Parsed, parsed } from "./parsed.ts";
import { tokenOf } from "./value.ts";

const FLOAT = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)/y;
const EXPONENT = /[eE][+-]?/y;
const DIGITS = /\d+/y;

/** Reads `_geoRadius(…)`, `_geoBoundingBox(…)` or `_geoPolygon(…)`; what follows one of these names must fit. */
export function parseGeo(cursor: Cursor): Parsed<Filter> {
  const start = skipSpaces(cursor);
  for (const [name, parse] of OPERATIONS) {
    const after = afterWord(start, name);
    if (after !== undefined) return parse(after);
  }
  return mismatch(restOf(start));
}

const OPERATIONS: readonly (readonly [string, (after: Cursor) => Parsed<Filter>])[] = [
  ["_geoRadius", parseRadius],
  ["_geoBoundingBox", parseBoundingBox],
  ["_geoPolygon", parsePolygon],
];

function parseRadius(after: Cursor): Parsed<Filter> {
  const list = parenthesised(after, floatWithSpaces, false);
  if (!list.ok) return fatal(list.span, { kind: "geoRadius" });
  const [latitude, longitude, radius, resolution, ...more] = list.value;
  if (latitude === undefined || longitude === undefined || radius === undefined || more.length > 0) {
    return fatal(restOf(list.rest), { kind: "geoRadiusArguments", count: list.value.length });
  }
  return parsed({ kind: "geoRadius", point: [latitude, longitude], radius, resolution }, list.rest);
}

function parseBoundingBox(after: Cursor): Parsed<Filter> {
  const list = parenthesised(after, bracketed, false);
  if (!list.ok) return fatal(list.span, { kind: "geoBoundingBox" });
  if (list.value.length !== 2) return fatal(restOf(list.rest), { kind: "geoBoundingBox" });
  const points = pairs(list.value, list.rest);
  if ("ok" in points) return points;
  const [topRight, bottomLeft] = points;
  if (topRight === undefined || bottomLeft === undefined) throw new TypeError("two corners were counted");
  return parsed({ kind: "geoBoundingBox", topRight, bottomLeft }, list.rest);
}

function parsePolygon(after: Cursor): Parsed<Filter> {
  const list = parenthesised(after, bracketed, true);
  if (!list.ok) return fatal(list.span, { kind: "geoPolygon" });
  if (list.value.length < 3) {
    const last = list.value.at(-1)?.at(-1)?.span ?? restOf(list.rest);
    return fatal(last, { kind: "geoPolygonPoints", count: list.value.length });
  }
  const points = pairs(list.value, list.rest);
  return "ok" in points ? points : parsed({ kind: "geoPolygon", points }, list.rest);
}

/** The lists as points; the first that has not two coordinates is a failure. */
function pairs(lists: readonly (readonly FilterToken[])[], rest: Cursor): readonly GeoPair[] | Failure {
  const points: GeoPair[] = [];
  for (const list of lists) {
    const [latitude, longitude] = list;
    if (latitude === undefined || longitude === undefined || list.length !== 2) {
      const reason: FailureReason = { kind: "geoNotPair", count: list.length };
      return fatal(latitude?.span ?? restOf(rest), reason);
    }
    points.push([latitude, longitude]);
  }
  return points;
}

type Element<T> = (cursor: Cursor) => Parsed<T>;

function parenthesised<T>(cursor: Cursor, element: Element<T>, trailingComma: boolean): Parsed<readonly T[]> {
  if (!startsWith(cursor, "(")) return mismatch(restOf(cursor));
  const list = separatedList(advance(cursor, 1), element);
  if (!list.ok) return list;
  const comma = skipSpaces(list.rest);
  const end = trailingComma && startsWith(comma, ",") ? skipSpaces(advance(comma, 1)) : list.rest;
  return startsWith(end, ")") ? parsed(list.value, advance(end, 1)) : mismatch(restOf(end));
}

function bracketed(cursor: Cursor): Parsed<readonly FilterToken[]> {
  const open = skipSpaces(cursor);
  if (!startsWith(open, "[")) return mismatch(restOf(open));
  const list = separatedList(advance(open, 1), floatWithSpaces);
  if (!list.ok) return list;
  return startsWith(list.rest, "]")
    ? parsed(list.value, skipSpaces(advance(list.rest, 1)))
    : mismatch(restOf(list.rest));
}

/** One or more elements parted by commas; a comma that no element follows is left unread. */
function separatedList<T>(cursor: Cursor, element: Element<T>): Parsed<readonly T[]> {
  const first = element(cursor);
  if (!first.ok) return first;
  const values = [first.value];
  let { rest } = first;
  while (startsWith(rest, ",")) {
    const next = element(advance(rest, 1));
    if (!next.ok) {
      if (next.fatal) return next;
      break;
    }
    values.push(next.value);
    rest = next.rest;
  }
  return parsed(values, rest);
}

function floatWithSpaces(cursor: Cursor): Parsed<FilterToken> {
  const start = skipSpaces(cursor);
  const mantissa = lengthOf(FLOAT, start);
  if (mantissa === 0) return mismatch(afterSign(start));
  let end = advance(start, mantissa);
  const sign = lengthOf(EXPONENT, end);
  if (sign > 0) {
    const digits = lengthOf(DIGITS, advance(end, sign));
    if (digits === 0) return fatal(restOf(advance(end, sign)), { kind: "noMatch" });
    end = advance(end, sign + digits);
  }
  return parsed(tokenOf(between(start, end)), skipSpaces(end));
}

/** What an error about a number shows: everything after its sign and a leading point. */
function afterSign(cursor: Cursor): Span {
  const signed = startsWith(cursor, "+") || startsWith(cursor, "-") ? advance(cursor, 1) : cursor;
  return restOf(startsWith(signed, ".") ? advance(signed, 1) : signed);
}

function lengthOf(pattern: RegExp, cursor: Cursor): number {
  pattern.lastIndex = cursor.at;
  return pattern.exec(cursor.source.text)?.[0].length ?? 0;
}
