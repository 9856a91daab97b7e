import type { JsonValue } from "../../core/types.ts";
import { canonicalId } from "../document-id.ts";
import { DocumentRefusal } from "../document-refusal.ts";
import { isReserved, RESERVED_PREFIX } from "../reserved.ts";
import { JsonScanner } from "./json-scanner.ts";
import { compactJson } from "./json-text.ts";
import type { RawDocument, RawField, RawRecord } from "./raw-document.ts";

/** What is known of the primary key before the documents are looked at. */
export interface PrimaryKeyOptions {
  /** The one the caller named in this call. */
  readonly primaryKey: string | null;
  /** The one the index has. */
  readonly indexPrimaryKey: string | null;
}

/**
 * Decides the primary key once, as one node would, and gives every document its id. Nothing to go by is `null`, and only
 * when there are no documents.
 * @throws DocumentRefusal when a node would fail the task, or a document carries one of miroir's own fields
 */
export function identify(
  records: readonly RawRecord[],
  options: PrimaryKeyOptions,
): { primaryKey: string | null; documents: RawDocument[] } {
  const { primaryKey: given, indexPrimaryKey } = options;
  const first = records[0];
  if (first === undefined) return { primaryKey: indexPrimaryKey ?? given, documents: [] };
  if (indexPrimaryKey !== null && given !== null && given !== indexPrimaryKey) {
    throw refusal("index_primary_key_already_exists", `Index already has a primary key: \`${indexPrimaryKey}\`.`);
  }
  const primaryKey = indexPrimaryKey ?? given ?? guessPrimaryKey(first);
  const documents = records.map((record) => {
    refuseReserved(record);
    return { id: documentId(record, primaryKey), fields: record.fields };
  });
  return { primaryKey, documents };
}

const refusal = (code: string, message: string): DocumentRefusal => new DocumentRefusal(code, message);

/** The one field of the first document whose name ends with `id`, in any case. */
function guessPrimaryKey(record: RawRecord): string {
  const names = record.fields.map((field) => field.key).filter((key) => key.toLowerCase().endsWith("id"));
  const [only, second] = names.sort(byCodePoint);
  const remedy = "Please specify the primary key manually using the `primaryKey` query parameter.";
  const failed = "The primary key inference failed as the engine";
  if (only === undefined) {
    const message = `${failed} did not find any field ending with \`id\` in its name. ${remedy}`;
    throw refusal("index_primary_key_no_candidate_found", message);
  }
  if (second !== undefined) {
    const found = `found ${names.length} fields ending with \`id\` in their names: '${only}' and '${second}'`;
    throw refusal("index_primary_key_multiple_candidates_found", `${failed} ${found}. ${remedy}`);
  }
  return only;
}

/** Order of UTF-8 bytes, which UTF-16 units do not keep beyond the basic plane. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const index = left.findIndex((letter, position) => letter !== right[position]);
  if (index < 0) return left.length - right.length;
  return (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? -1);
}

function refuseReserved(record: RawRecord): void {
  const name = record.fields.map(reservedName).find((found) => found !== undefined);
  if (name === undefined) return;
  const message = `The document field \`${name}\` is reserved: names starting with \`_miroir_\` belong to miroir. Rename the field.`;
  throw refusal("miroir_reserved_field", message);
}

/** A reserved name of a field or of an object inside it: answers are freed of such names before they are parsed. */
function reservedName({ key, rawValue }: RawField): string | undefined {
  if (isReserved(key)) return key;
  if (!/^[[{]/.test(rawValue)) return undefined;
  // A name may be written with escapes.
  if (!rawValue.includes(RESERVED_PREFIX) && !rawValue.includes("\\u")) return undefined;
  const open: unknown[] = [JSON.parse(rawValue)];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const name = Array.isArray(value) ? undefined : Object.keys(value).find(isReserved);
    if (name !== undefined) return name;
    open.push(...Object.values(value));
  }
  return undefined;
}

/** The id of a document, under a primary key that is known. @throws DocumentRefusal when it has none that is valid */
export function documentId(record: RawRecord, primaryKey: string): string {
  const found = matchingValues(record.fields, primaryKey);
  if (found.length === 1) return idOf(found[0] ?? "null");
  if (found.length > 1) {
    for (const rawValue of found.slice(0, 2)) idOf(rawValue);
    const message = `Document have too many matching \`${primaryKey}\` attribute: \`${shown(record)}\`.`;
    throw refusal("invalid_document_id", message);
  }
  const message = `Document doesn't have a \`${primaryKey}\` attribute: \`${shown(record)}\`.`;
  throw refusal("missing_document_id", message);
}

/** Values under a primary key, which may name a field inside objects: `a.b` is the field `a.b`, or `b` in `a`. */
function matchingValues(fields: readonly RawField[], path: string): string[] {
  const values: string[] = [];
  for (const { key, rawValue } of fields) {
    if (key === path) values.push(rawValue);
    else if (path.startsWith(`${key}.`) && rawValue.startsWith("{")) {
      values.push(...matchingValues(fieldsOf(rawValue), path.slice(key.length + 1)));
    }
  }
  return values;
}

function fieldsOf(rawObject: string): RawField[] {
  const fields: RawField[] = [];
  new JsonScanner(rawObject).eachField((key, rawValue) => fields.push({ key, rawValue }));
  return fields;
}

function idOf(rawValue: string): string {
  const value = JSON.parse(rawValue) as JsonValue;
  return canonicalId(value, rawValue);
}

/** A document as the server's messages show it. */
function shown(record: RawRecord): string {
  return `{${record.fields.map(({ key, rawValue }) => `${JSON.stringify(key)}:${compactJson(rawValue)}`).join(",")}}`;
}
