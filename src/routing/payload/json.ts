import { type JsonFault, JsonScanner } from "./json-scanner.ts";
import { typeName } from "./json-text.ts";
import { PayloadError } from "./payload-error.ts";
import type { RawField, RawRecord } from "./raw-document.ts";

/** Longest message of its JSON reader that the server repeats whole. */
const WHOLE_MESSAGE = 138;

/**
 * The documents of a JSON payload, a list of objects or one object.
 * As the server does, nothing is read behind the closing bracket of a list.
 */
export function parseJson(text: string): RawRecord[] {
  const scanner = new JsonScanner(text);
  const first = scanner.peek();
  try {
    if (first === "[") return parseList(scanner);
    if (first === "{") return [parseSingle(text)];
    scanner.value();
  } catch (error) {
    throw asPayloadError(error, "json");
  }
  throw malformed("json", "data are neither an object nor a list of objects");
}

/** Reads the object that is next in the text; a value of another kind is skipped and answered as the server's error. */
export function readRecord(scanner: JsonScanner): RawRecord | PayloadError {
  if (scanner.peek() !== "{") {
    const { name, bytes } = typeName(scanner.value());
    return new PayloadError(500, "internal", `invalid type: ${name}, expected a map at line 1 column ${bytes}`);
  }
  const fields = new Map<string, RawField>();
  scanner.eachField((key, rawValue) => fields.set(key, { key, rawValue }));
  return { fields: [...fields.values()] };
}

/** A reader's fault as the server's answer; anything else as it is. */
export function asPayloadError(error: unknown, format: "json" | "ndjson"): unknown {
  return isFault(error) ? malformed(format, error.message) : error;
}

function isFault(error: unknown): error is JsonFault {
  return error instanceof Error && error.name === "JsonFault";
}

function malformed(format: string, reason: string): PayloadError {
  const shown = reason.length > WHOLE_MESSAGE ? `${reason.slice(0, 50)}...${reason.slice(-85)}` : reason;
  const message = `The \`${format}\` payload provided is malformed. \`Couldn't serialize document value: ${shown}\`.`;
  return new PayloadError(400, "malformed_payload", message);
}

function parseList(scanner: JsonScanner): RawRecord[] {
  const records: RawRecord[] = [];
  if (!scanner.enter("[")) return records;
  do {
    const record = readRecord(scanner);
    if (record instanceof PayloadError) return refuseRow(scanner, record);
    records.push(record);
  } while (scanner.separated("[", true));
  return records;
}

/** A row that is no object ends the reading; unless it was the last one, the server complains of what follows it. */
function refuseRow(scanner: JsonScanner, refusal: PayloadError): never {
  const next = scanner.peek();
  if (next === "]") throw refusal;
  if (next === "") scanner.fail("EOF while parsing a list");
  if (next === ",") {
    scanner.index++;
    if (scanner.peek() === "]") scanner.fail("trailing comma");
  }
  return scanner.fail("trailing characters");
}

/** One object instead of a list: the server builds its values, so it is stricter about what follows. */
function parseSingle(text: string): RawRecord {
  const scanner = new JsonScanner(text, { namesTrailingCommas: true });
  const record = readRecord(scanner);
  if (record instanceof PayloadError) throw record;
  if (scanner.peek() !== "") scanner.fail("trailing characters");
  return record;
}
