import { distance } from "./distance.ts";
import { characters, columnOf, type Span, textOf } from "./lexer.ts";

/** Why a filter cannot be parsed; the names follow the grammar's parts. */
export type FailureReason =
  | { readonly kind: "noMatch" }
  | { readonly kind: "expectedValue"; readonly reserved: boolean }
  | { readonly kind: "malformedValue" }
  | { readonly kind: "invalidEscapedNumber" }
  | { readonly kind: "incomplete" }
  | { readonly kind: "missingClosingDelimiter"; readonly delimiter: string }
  | { readonly kind: "invalidPrimary" }
  | { readonly kind: "expectedEnd" }
  | { readonly kind: "depthLimit" }
  | { readonly kind: "inOpeningBracket" }
  | { readonly kind: "inClosingBracket" }
  | { readonly kind: "inExpectedValue" }
  | { readonly kind: "geoRadius" }
  | { readonly kind: "geoRadiusArguments"; readonly count: number }
  | { readonly kind: "geoBoundingBox" }
  | { readonly kind: "geoPolygon" }
  | { readonly kind: "geoPolygonPoints"; readonly count: number }
  | { readonly kind: "geoNotPair"; readonly count: number }
  | { readonly kind: "misusedGeo"; readonly name: string }
  | { readonly kind: "reservedGeo"; readonly name: string }
  | { readonly kind: "foreign" }
  | { readonly kind: "vectorLeftover" }
  | { readonly kind: "vectorQuotes" }
  | { readonly kind: "vectorNoEmbedder" }
  | { readonly kind: "vectorBadEmbedder" }
  | { readonly kind: "vectorNoFragment" }
  | { readonly kind: "vectorBadFragment" }
  | { readonly kind: "vectorSuffix"; readonly previous: string | undefined; readonly found: string }
  | { readonly kind: "vectorOperation" };

/** A part of the grammar that did not fit. A fatal one ends the parse; after another the next alternative is tried. */
export interface Failure {
  readonly ok: false;
  readonly fatal: boolean;
  readonly reason: FailureReason;
  readonly span: Span;
}

/** A filter that cannot be parsed; the message is the server's, with the position line. */
export class FilterSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FilterSyntaxError";
  }
}

const OPERATIONS =
  "`=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `TO`, `EXISTS`, `NOT EXISTS`, `IS NULL`, `IS NOT NULL`, `IS EMPTY`, `IS NOT EMPTY`, `CONTAINS`, `NOT CONTAINS`, `STARTS WITH`, `NOT STARTS WITH`, `_geoRadius`, `_geoBoundingBox` or `_geoPolygon`";
const VECTOR_SUFFIXES = ["fragments", "userProvided", "documentTemplate", "regenerate"];

/** Text without anything to fill in. */
const FIXED: Partial<Record<FailureReason["kind"], string>> = {
  incomplete: "The filter is incomplete and requires Unknown additional bytes to be parsed.",
  depthLimit:
    "The filter exceeded the maximum depth limit. Try rewriting the filter so that it contains fewer nested conditions.",
  inOpeningBracket: "Expected `[` after `IN` keyword.",
  inClosingBracket: "Expected matching `]` after the list of field names given to `IN[`",
  geoRadius:
    "The `_geoRadius` filter must be in the form: `_geoRadius(latitude, longitude, radius, optionalResolution)`.",
  geoBoundingBox:
    "The `_geoBoundingBox` filter expects two pairs of arguments: `_geoBoundingBox([latitude, longitude], [latitude, longitude])`.",
  geoPolygon:
    "The `_geoPolygon` filter doesn't match the expected format: `_geoPolygon([latitude, longitude], [latitude, longitude])`.",
  vectorLeftover: "The vector filter has leftover tokens.",
  vectorQuotes: "The quotes in one of the values are inconsistent.",
  vectorNoEmbedder: "Was expecting embedder name but found nothing.",
  vectorBadEmbedder: "The vector filter's embedder name is invalid.",
  vectorNoFragment: "The vector filter is missing a fragment name.",
  vectorBadFragment: "The vector filter's fragment name is invalid.",
  vectorOperation: "Was expecting an operation like `EXISTS` or `NOT EXISTS` after the vector filter.",
};

/** Ends the parse of the whole filter. */
export function fatal(span: Span, reason: FailureReason): Failure {
  return { ok: false, fatal: true, reason, span };
}

/** Lets the next alternative be tried. */
export function mismatch(span: Span, reason: FailureReason = { kind: "noMatch" }): Failure {
  return { ok: false, fatal: false, reason, span };
}

/** A failure that no alternative may follow. */
export function cut(failure: Failure): Failure {
  return failure.fatal ? failure : { ...failure, fatal: true };
}

/** The server's message for a failure: the reason, and a line with columns and the filter. */
export function syntaxError(failure: Failure): FilterSyntaxError {
  return new FilterSyntaxError(located(wording(failure.reason, failure.span), failure.span));
}

/** A message followed by the line that says where: `2:7 "pages" > "3"`. */
export function located(message: string, span: Span): string {
  const column = columnOf(span);
  return `${message}\n${column}:${column + characters(textOf(span))} ${span.source.shown}`;
}

function wording(reason: FailureReason, span: Span): string {
  const fixed = FIXED[reason.kind];
  if (fixed !== undefined) return fixed;
  const text = textOf(span);
  const shown = escapeDebug(text);
  switch (reason.kind) {
    case "expectedValue":
      return expectedValue(text, reason.reserved);
    case "malformedValue":
      return `Malformed value: \`${shown}\`.`;
    case "missingClosingDelimiter":
      return `Expression \`${shown}\` is missing the following closing delimiter: \`${reason.delimiter}\`.`;
    case "invalidPrimary":
      return `Was expecting an operation ${OPERATIONS} ${isBlank(text) ? "but instead got nothing." : `at \`${shown}\`.`}`;
    case "invalidEscapedNumber":
      return `Found an invalid escaped sequence number: \`${shown}\`.`;
    case "expectedEnd":
      return `Found unexpected characters at the end of the filter: \`${shown}\`. You probably forgot an \`OR\` or an \`AND\` rule.`;
    case "inExpectedValue":
      return `Expected only comma-separated field names inside \`IN[..]\` but instead found \`${shown}\`.`;
    case "foreign":
      return `Was expecting a field name and an condition inside \`_foreign(..)\` filter but instead found \`${shown}\`.`;
    case "vectorSuffix":
      return vectorSuffix(reason.previous, reason.found);
    default:
      return geoWording(reason);
  }
}

function expectedValue(text: string, reserved: boolean): string {
  if (isBlank(text)) return "Was expecting a value but instead got nothing.";
  const shown = escapeDebug(text);
  return reserved
    ? `Was expecting a value but instead got \`${shown}\`, which is a reserved keyword. To use \`${shown}\` as a field name or a value, surround it by quotes.`
    : `Was expecting a value but instead got \`${shown}\`.`;
}

function geoWording(reason: FailureReason): string {
  switch (reason.kind) {
    case "geoRadiusArguments":
      return `Was expecting 3 or 4 arguments for \`_geoRadius\`, but instead found ${reason.count}.`;
    case "geoPolygonPoints":
      return `The \`_geoPolygon\` filter expects at least 3 points but only ${reason.count} were specified`;
    case "geoNotPair":
      return `Was expecting 2 coordinates but instead found ${reason.count}.`;
    case "misusedGeo":
      return `The \`${reason.name}\` filter is an operation and can't be used as a value.`;
    case "reservedGeo":
      return `\`${reason.name}\` is a reserved keyword and thus can't be used as a filter expression. Use the \`_geoRadius(latitude, longitude, distance)\` or \`_geoBoundingBox([latitude, longitude], [latitude, longitude])\` built-in rules to filter on \`_geo\` coordinates.`;
    default:
      throw new TypeError(`no wording for the filter failure ${reason.kind}`);
  }
}

function vectorSuffix(previous: string | undefined, found: string): string {
  if (found === ".") {
    return "Was expecting one of `.fragments`, `.userProvided`, `.documentTemplate`, `.regenerate` or nothing, but instead found a point without a valid value.";
  }
  if (previous !== undefined) {
    return `Vector filter can only accept one of \`fragments\`, \`userProvided\`, \`documentTemplate\` or \`regenerate\`, but found both \`${previous}\` and \`${found}\`.`;
  }
  if (VECTOR_SUFFIXES.includes(found)) return "Was expecting this part to be unquoted.";
  const near = VECTOR_SUFFIXES.find((suffix) => distance(found, suffix) <= 2);
  return `Was expecting one of \`fragments\`, \`userProvided\`, \`documentTemplate\`, \`regenerate\` or nothing, but instead found \`${found}\`.${
    near === undefined ? "" : ` Did you mean \`${near}\`?`
  }`;
}

function isBlank(text: string): boolean {
  return /^\p{White_Space}*$/u.test(text);
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\t": "\\t",
  "\r": "\\r",
  "\n": "\\n",
  "'": "\\'",
  '"': '\\"',
  "\\": "\\\\",
};

/** Text as the server prints it inside messages: quotes, backslashes and unprintable characters escaped. */
function escapeDebug(text: string): string {
  return text.replace(/^\p{Grapheme_Extend}|['"\\]|(?! )[\p{C}\p{Z}]/gu, (char) => {
    return NAMED_ESCAPES[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
