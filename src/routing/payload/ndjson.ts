import { asPayloadError, readRecord } from "./json.ts";
import { JsonScanner } from "./json-scanner.ts";
import { PayloadError } from "./payload-error.ts";
import type { RawRecord } from "./raw-document.ts";

/** Characters that may follow a bare word or number without white space between. */
const BRACKETS_AND_QUOTE = '[{"';

/** The documents of an NDJSON payload. As the server does, line breaks are white space: objects may touch or span lines. */
export function parseNdjson(text: string): RawRecord[] {
  const scanner = new JsonScanner(text);
  const records: RawRecord[] = [];
  try {
    for (let first = scanner.peek(); first !== ""; first = scanner.peek()) records.push(readRow(scanner, text, first));
  } catch (error) {
    throw asPayloadError(error, "ndjson");
  }
  return records;
}

function readRow(scanner: JsonScanner, text: string, first: string): RawRecord {
  const record = readRecord(scanner);
  if (!(record instanceof PayloadError)) return record;
  const after = text.charAt(scanner.index);
  const isApart = BRACKETS_AND_QUOTE.includes(first) || after.trim() === "" || BRACKETS_AND_QUOTE.includes(after);
  if (!isApart) scanner.fail("trailing characters");
  throw record;
}
