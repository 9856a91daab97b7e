import type { CompareOperator, Filter, FilterToken } from "./ast.ts";
import { cut, fatal, mismatch } from "./failure.ts";
import {
  advance,
  afterKeywords,
  afterSpacedWord,
  afterWord,
  between,
  type Cursor,
  restOf,
  skipSpaces,
  startsWith,
} from "./lexer.ts";
import { type Parsed, parsed } from "./parsed.ts";
import { parseValue, tokenOf } from "./value.ts";
import { parseVectors } from "./vectors.ts";

const COMPARISONS: readonly CompareOperator[] = ["<=", ">=", "!=", "<", ">", "="];

/** Reads an attribute and what is asked of it: a comparison, a list, a range, or a test. */
export function parseCondition(cursor: Cursor): Parsed<Filter> {
  const attribute = parseValue(cursor);
  if (!attribute.ok) return attribute;
  const subject: Subject = { attribute: attribute.value, rest: attribute.rest };
  return (
    parseIn(subject) ??
    parseComparison(subject) ??
    parseTest(subject, IS_TESTS) ??
    settled(parseVectors(cursor)) ??
    parseTest(subject, EXISTS_TESTS) ??
    parseRange(subject) ??
    parseText(subject) ??
    mismatch(restOf(cursor))
  );
}

/** An attribute that was read, and what follows it. */
interface Subject {
  readonly attribute: FilterToken;
  readonly rest: Cursor;
}

/** An outcome that ends the search for alternatives: read, or fatal. */
function settled<T>(outcome: Parsed<T>): Parsed<T> | undefined {
  return outcome.ok || outcome.fatal ? outcome : undefined;
}

function parseIn({ attribute, rest }: Subject): Parsed<Filter> | undefined {
  const direct = afterSpacedWord(rest, "IN");
  const denied = afterWord(rest, "NOT");
  const after = direct ?? (denied === undefined ? undefined : afterSpacedWord(denied, "IN"));
  if (after === undefined) return undefined;
  const list = parseList(after);
  if (!list.ok) return list;
  const filter: Filter = { kind: "in", attribute, values: list.value };
  return parsed(direct === undefined ? { kind: "not", operand: filter } : filter, list.rest);
}

function parseList(cursor: Cursor): Parsed<readonly FilterToken[]> {
  if (!startsWith(cursor, "[")) return fatal(restOf(cursor), { kind: "inOpeningBracket" });
  const values: FilterToken[] = [];
  let end = advance(cursor, 1);
  let next = parseValue(end);
  while (next.ok) {
    values.push(next.value);
    end = next.rest;
    const comma = skipSpaces(end);
    if (!startsWith(comma, ",")) break;
    next = parseValue(skipSpaces(advance(comma, 1)));
    if (!next.ok) end = skipSpaces(advance(comma, 1));
  }
  if (!next.ok && next.fatal) return next;
  const close = skipSpaces(end);
  if (startsWith(close, "]")) return parsed(values, skipSpaces(advance(close, 1)));
  const span = restOf(end);
  if (span.start === span.end) return fatal(span, { kind: "inClosingBracket" });
  return fatal(span, { kind: "inExpectedValue" });
}

function parseComparison({ attribute, rest }: Subject): Parsed<Filter> | undefined {
  const operator = COMPARISONS.find((candidate) => startsWith(rest, candidate));
  if (operator === undefined) return undefined;
  const value = parseValue(advance(rest, operator.length));
  return value.ok ? parsed({ kind: "compare", attribute, operator, value: value.value }, value.rest) : cut(value);
}

interface Test {
  readonly keywords: readonly string[];
  readonly kind: "exists" | "null" | "empty";
  readonly denied: boolean;
}

const IS_TESTS: readonly Test[] = [
  { keywords: ["IS", "NULL"], kind: "null", denied: false },
  { keywords: ["IS", "NOT", "NULL"], kind: "null", denied: true },
  { keywords: ["IS", "EMPTY"], kind: "empty", denied: false },
  { keywords: ["IS", "NOT", "EMPTY"], kind: "empty", denied: true },
];

const EXISTS_TESTS: readonly Test[] = [
  { keywords: ["EXISTS"], kind: "exists", denied: false },
  { keywords: ["NOT", "EXISTS"], kind: "exists", denied: true },
];

function parseTest({ attribute, rest }: Subject, tests: readonly Test[]): Parsed<Filter> | undefined {
  for (const { keywords, kind, denied } of tests) {
    const after = afterKeywords(rest, keywords);
    if (after === undefined) continue;
    const filter: Filter = { kind, attribute };
    return parsed(denied ? { kind: "not", operand: filter } : filter, after);
  }
  return undefined;
}

function parseRange({ attribute, rest }: Subject): Parsed<Filter> | undefined {
  const from = parseValue(rest);
  if (!from.ok) return from.fatal ? from : undefined;
  const keyword = afterKeywords(from.rest, ["TO"]);
  if (keyword === undefined) return undefined;
  const spaced = skipSpaces(keyword);
  if (spaced.at === keyword.at) return undefined;
  const to = parseValue(spaced);
  return to.ok ? parsed({ kind: "between", attribute, from: from.value, to: to.value }, to.rest) : cut(to);
}

const TEXT_TESTS = [
  { keyword: "CONTAINS", kind: "contains" },
  { keyword: "STARTS WITH", kind: "startsWith" },
] as const;

function parseText({ attribute, rest }: Subject): Parsed<Filter> | undefined {
  for (const { keyword, kind } of TEXT_TESTS) {
    const direct = afterKeywords(rest, [keyword]);
    const after = direct ?? afterKeywords(rest, ["NOT", keyword]);
    if (after === undefined) continue;
    const value = parseValue(after);
    if (!value.ok) return cut(value);
    const begin = { source: after.source, at: after.at - keyword.length };
    const filter: Filter = { kind, attribute, keyword: tokenOf(between(begin, after)), value: value.value };
    return parsed(direct === undefined ? { kind: "not", operand: filter } : filter, value.rest);
  }
  return undefined;
}
