import type { JsonObject, JsonValue } from "../../../core/types.ts";

/** Which fields of a document are asked for, and which names the index knows: others select nothing. */
export interface FieldSelection {
  readonly fields: readonly string[];
  readonly known: ReadonlySet<string>;
}

/**
 * The part of a document that the documents routes show. A name covers everything below it; on the way to a nested name
 * only members of objects are left out: plain values and the items of lists stay.
 */
export function selectFields(document: JsonObject, { fields, known }: FieldSelection): JsonObject {
  return selectMembers(
    document,
    "",
    fields.filter((field) => known.has(field)),
  );
}

function selectMembers(value: JsonObject, path: string, fields: readonly string[]): JsonObject {
  const selected: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    const name = path === "" ? key : `${path}.${key}`;
    if (fields.includes(name)) selected[key] = member;
    else if (fields.some((field) => field.startsWith(`${name}.`))) selected[key] = selectInside(member, name, fields);
  }
  return selected;
}

function selectInside(value: JsonValue, path: string, fields: readonly string[]): JsonValue {
  if (Array.isArray(value)) return value.map((item) => selectInside(item, path, fields));
  return typeof value === "object" && value !== null ? selectMembers(value, path, fields) : value;
}
