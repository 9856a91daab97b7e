import { parseCsv } from "./csv.ts";
import { parseJson } from "./json.ts";
import { parseNdjson } from "./ndjson.ts";
import { PayloadError } from "./payload-error.ts";
import type { RawField, RawRecord } from "./raw-document.ts";

/** A payload of documents, as the caller handed it over. */
export interface PayloadInput {
  /** Raw text, or values that the caller has parsed already. */
  readonly body: unknown;
  /** Media type; parameters are ignored. Empty when the header was missing. */
  readonly contentType: string;
  readonly csvDelimiter?: string;
}

type Format = "json" | "ndjson" | "csv";

const FORMATS: Readonly<Record<string, Format>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "text/csv": "csv",
};

const ACCEPTED =
  "Accepted values for the Content-Type header are: `application/json`, `application/x-ndjson`, `text/csv`";

/**
 * The documents of a payload, each field as it was written.
 * @throws PayloadError with the server's status, code and sentence
 */
export function parsePayload(input: PayloadInput): RawRecord[] {
  const delimiter = checkDelimiter(input.csvDelimiter);
  const format = formatOf(input.contentType, delimiter);
  const { body } = input;
  if (body === undefined || body === "")
    throw new PayloadError(400, "missing_payload", `A ${format} payload is missing.`);
  if (typeof body !== "string" && format !== "csv") {
    const records = fromValues(body);
    if (records !== undefined) return records;
  }
  const text = typeof body === "string" ? body : JSON.stringify(body);
  if (format === "csv") return parseCsv(text, delimiter ?? ",");
  return format === "json" || typeof body !== "string" ? parseJson(text) : parseNdjson(text);
}

function formatOf(contentType: string, delimiter: string | undefined): Format {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  if (type === "") throw new PayloadError(415, "missing_content_type", `A Content-Type header is missing. ${ACCEPTED}`);
  const format = Object.hasOwn(FORMATS, type) ? FORMATS[type] : undefined;
  if (format === undefined) {
    throw new PayloadError(415, "invalid_content_type", `The Content-Type \`${type}\` is invalid. ${ACCEPTED}`);
  }
  if (delimiter !== undefined && format !== "csv") {
    const message = `The Content-Type \`${type}\` does not support the use of a csv delimiter. The csv delimiter can only be used with the Content-Type \`text/csv\`.`;
    throw new PayloadError(415, "invalid_content_type", message);
  }
  return format;
}

function checkDelimiter(delimiter: string | undefined): string | undefined {
  if (delimiter === undefined) return undefined;
  const { length } = [...delimiter];
  if (length === 1 && delimiter.charCodeAt(0) < 0x80) return delimiter;
  const expected = "Invalid value in parameter `csvDelimiter`: expected a string of one character, but found";
  let message = `csv delimiter must be an ascii character. Found: \`${delimiter}\``;
  if (length === 0) message = `${expected} an empty string`;
  if (length > 1) message = `${expected} the following string of ${length} characters: \`${delimiter}\``;
  throw new PayloadError(400, "invalid_document_csv_delimiter", message);
}

/** Parsed objects, field by field without a detour over the whole text; `undefined` when a value is no plain object. */
function fromValues(body: unknown): RawRecord[] | undefined {
  const records: RawRecord[] = [];
  for (const value of Array.isArray(body) ? body : [body]) {
    if (!isPlainObject(value)) return undefined;
    const fields: RawField[] = [];
    for (const [key, field] of Object.entries(value)) {
      const rawValue = toJson(field);
      if (rawValue !== undefined) fields.push({ key, rawValue });
    }
    records.push({ fields });
  }
  return records;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("toJSON" in value);
}

/** The JSON of a value, `undefined` where there is none. Whole numbers are most of what is not text: they skip a call. */
function toJson(value: unknown): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : JSON.stringify(value);
}
