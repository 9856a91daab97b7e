import type { Filter } from "./ast.ts";
import { parseCondition } from "./condition.ts";
import { cut, fatal, mismatch, syntaxError } from "./failure.ts";
import { parseGeo } from "./geo.ts";
import {
  advance,
  afterSpacedWord,
  afterWord,
  type Cursor,
  cursorOf,
  restOf,
  skipSpaces,
  startsWith,
  textOf,
} from "./lexer.ts";
import { type Parsed, parsed } from "./parsed.ts";
import { parseValue } from "./value.ts";

/** How many levels of the grammar one expression may use; a parenthesis takes four, a `NOT` one. */
const MAX_DEPTH = 150;

/**
 * Parses a filter expression as Meilisearch 1.50 does; undefined when the text is blank.
 * Throws {@link FilterSyntaxError} with the server's message.
 */
export function parseFilter(text: string): Filter | undefined {
  if (/^\p{White_Space}*$/u.test(text)) return undefined;
  const outcome = parseOr(cursorOf(text), 0);
  if (!outcome.ok) throw syntaxError(outcome);
  const rest = restOf(outcome.rest);
  if (rest.start < rest.end) throw syntaxError(mismatch(rest, { kind: "expectedEnd" }));
  return outcome.value;
}

function parseOr(cursor: Cursor, depth: number): Parsed<Filter> {
  return parseChain(cursor, depth, { word: "OR", kind: "or", operand: parseAnd });
}

function parseAnd(cursor: Cursor, depth: number): Parsed<Filter> {
  return parseChain(cursor, depth, { word: "AND", kind: "and", operand: parseNot });
}

interface Chain {
  readonly word: string;
  readonly kind: "and" | "or";
  operand(cursor: Cursor, depth: number): Parsed<Filter>;
}

function parseChain(cursor: Cursor, depth: number, chain: Chain): Parsed<Filter> {
  if (depth > MAX_DEPTH) return mismatch(restOf(cursor), { kind: "depthLimit" });
  const first = chain.operand(cursor, depth + 1);
  if (!first.ok) return first;
  const operands = [first.value];
  let { rest } = first;
  for (let after = afterSpacedWord(rest, chain.word); after !== undefined; after = afterSpacedWord(rest, chain.word)) {
    const next = chain.operand(after, depth + 1);
    if (!next.ok) return cut(next);
    operands.push(next.value);
    rest = next.rest;
  }
  return parsed(operands.length === 1 ? first.value : { kind: chain.kind, operands }, rest);
}

function parseNot(cursor: Cursor, depth: number): Parsed<Filter> {
  if (depth > MAX_DEPTH) return mismatch(restOf(cursor), { kind: "depthLimit" });
  const after = afterSpacedWord(cursor, "NOT");
  if (after === undefined) return parsePrimary(cursor, depth + 1);
  const operand = parseNot(after, depth + 1);
  if (!operand.ok) return cut(operand);
  const denied: Filter = operand.value.kind === "not" ? operand.value.operand : { kind: "not", operand: operand.value };
  return parsed(denied, operand.rest);
}

function parsePrimary(cursor: Cursor, depth: number): Parsed<Filter> {
  if (depth > MAX_DEPTH) return mismatch(restOf(cursor), { kind: "depthLimit" });
  const open = skipSpaces(cursor);
  if (startsWith(open, "(")) return parseGroup(cursor, depth);
  const geo = parseGeo(cursor);
  if (geo.ok || geo.fatal) return geo;
  const condition = parseCondition(cursor);
  if (condition.ok || condition.fatal) return condition;
  const foreign = parseForeign(cursor, depth);
  if (foreign.ok || foreign.fatal) return foreign;
  const { reason } = condition;
  if (reason.kind === "expectedValue" && reason.reserved) return cut(condition);
  return mismatch(restOf(cursor), { kind: "invalidPrimary" });
}

function parseGroup(cursor: Cursor, depth: number): Parsed<Filter> {
  const inner = parseOr(skipSpaces(advance(skipSpaces(cursor), 1)), depth + 1);
  if (!inner.ok) return cut(inner);
  const close = skipSpaces(inner.rest);
  if (startsWith(close, ")")) return parsed(inner.value, skipSpaces(advance(close, 1)));
  return fatal(restOf(cursor), { kind: "missingClosingDelimiter", delimiter: ")" });
}

/** Reads `_foreign(field, filter)`: a filter on the documents of another index. */
function parseForeign(cursor: Cursor, depth: number): Parsed<Filter> {
  const after = afterWord(skipSpaces(cursor), "_foreign");
  if (after === undefined) return mismatch(restOf(cursor));
  const begin: Cursor = { source: { text: cursor.source.text, shown: textOf(restOf(cursor)) }, at: after.at };
  const outcome = parseForeignBody(begin, depth);
  return outcome.ok ? outcome : fatal(outcome.span, { kind: "foreign" });
}

function parseForeignBody(cursor: Cursor, depth: number): Parsed<Filter> {
  if (!startsWith(cursor, "(")) return mismatch(restOf(cursor));
  const attribute = parseValue(skipSpaces(advance(cursor, 1)));
  if (!attribute.ok) return attribute;
  const comma = skipSpaces(attribute.rest);
  if (!startsWith(comma, ",")) return mismatch(restOf(comma));
  const operand = parseOr(skipSpaces(advance(comma, 1)), depth);
  if (!operand.ok) return operand;
  const close = skipSpaces(operand.rest);
  if (!startsWith(close, ")")) return mismatch(restOf(close));
  return parsed({ kind: "foreign", attribute: attribute.value, operand: operand.value }, advance(close, 1));
}
