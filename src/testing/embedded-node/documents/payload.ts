import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";
import { JsonScanner, JsonSyntaxError } from "../json/json-scanner.ts";
import { parseJson } from "../json/parse-json.ts";
import { CsvError, parseCsv } from "./csv.ts";

/** Formats in which documents can be sent. */
export type PayloadFormat = "json" | "ndjson" | "csv";

/** The documents of a payload; a payload that is not made of objects is refused as the server does. */
export function parsePayload(text: string, format: PayloadFormat, delimiter: string): JsonObject[] {
  if (text === "") throw new ApiError("missing_payload", `A ${format} payload is missing.`);
  try {
    if (format === "csv") return parseCsv(text, delimiter);
    return format === "json" ? parseDocuments(text) : parseLines(text);
  } catch (cause) {
    if (cause instanceof JsonSyntaxError) throw malformed(format, cause.message);
    if (cause instanceof CsvError) {
      throw new ApiError("malformed_payload", `The \`csv\` payload provided is malformed: \`${cause.message}\`.`);
    }
    throw cause;
  }
}

function parseDocuments(text: string): JsonObject[] {
  const value = parsedAtOnce(text);
  if (Array.isArray(value) && value.every(isObject)) return value;
  if (text.trimStart().startsWith("[")) return parseItems(text);
  const single = value ?? parseJson(text);
  if (isObject(single)) return [single];
  throw malformed("json", "data are neither an object nor a list of objects");
}

function parsedAtOnce(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The server reads a list item by item and does not look at what comes after it. */
function parseItems(text: string): JsonObject[] {
  const documents: JsonObject[] = [];
  const scanner = new JsonScanner(text, { isRaw: true });
  scanner.accept("[");
  if (scanner.accept("]")) return documents;
  if (scanner.atEnd()) throw scanner.error("EOF while parsing a list");
  for (;;) {
    const item = nextValue(scanner, text);
    if (!isObject(item)) throw afterWrongItem(scanner, item);
    documents.push(item);
    if (scanner.accept("]")) return documents;
    if (!scanner.accept(",")) throw scanner.error(scanner.atEnd() ? "EOF while parsing a list" : "expected `,` or `]`");
    if (scanner.accept("]")) throw trailingComma(text, scanner.offset - 1);
  }
}

/** NDJSON is a stream of values: line ends between them are not needed. */
function parseLines(text: string): JsonObject[] {
  const documents: JsonObject[] = [];
  const scanner = new JsonScanner(text, { isRaw: true });
  while (!scanner.atEnd()) {
    const value = nextValue(scanner, text);
    if (!isObject(value)) throw wrongItem(value);
    documents.push(value);
  }
  return documents;
}

function nextValue(scanner: JsonScanner, text: string): JsonValue {
  scanner.atEnd();
  const start = scanner.offset;
  scanner.skipValue();
  return parseJson(text.slice(start, scanner.offset));
}

/** The server stops at a wrong item and then trips over what follows it, if anything does. */
function afterWrongItem(scanner: JsonScanner, item: JsonValue): Error {
  if (scanner.accept("]")) return wrongItem(item);
  if (scanner.atEnd()) return scanner.error("EOF while parsing a list");
  if (scanner.accept(",") && scanner.accept("]")) return scanner.error("trailing comma");
  return scanner.error("trailing characters");
}

function trailingComma(text: string, at: number): JsonSyntaxError {
  const scanner = new JsonScanner(text.slice(0, at + 1));
  try {
    scanner.skipValue();
  } catch (cause) {
    if (cause instanceof JsonSyntaxError) return cause;
  }
  return scanner.error("trailing comma");
}

function wrongItem(value: JsonValue): ApiError {
  return new ApiError(
    "internal",
    `invalid type: ${serdeKind(value)}, expected a map at line 1 column ${columnOf(value)}`,
  );
}

/** Lists and objects are refused at sight, other values once they were read. */
export function columnOf(value: JsonValue): number {
  return typeof value === "object" && value !== null ? 0 : JSON.stringify(value).length;
}

/** A value as the server's deserializer names it in its refusals. */
export function serdeKind(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "sequence";
  if (typeof value === "object") return "map";
  if (typeof value === "string") return `string ${JSON.stringify(value)}`;
  if (typeof value === "boolean") return `boolean \`${value}\``;
  return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
}

function malformed(format: PayloadFormat, problem: string): ApiError {
  const words = `Couldn't serialize document value: ${shortened(problem)}`;
  return new ApiError("malformed_payload", `The \`${format}\` payload provided is malformed. \`${words}\`.`);
}

/** Long messages keep their first 50 and last 85 characters. */
function shortened(message: string): string {
  return message.length > 138 ? `${message.slice(0, 50)}...${message.slice(-85)}` : message;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
