import type { JsonObject, JsonValue } from "../../../core/types.ts";

/** The part of a document that a list of fields names; a name covers everything below it, `*` everything. */
export function selectFields(document: JsonObject, fields: readonly string[] | null): JsonObject {
  if (fields === null || fields.includes("*")) return document;
  return select(document, fields);
}

function select(value: JsonObject, fields: readonly string[]): JsonObject {
  const selected: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (fields.includes(key)) {
      selected[key] = member;
      continue;
    }
    const below = fields.filter((field) => field.startsWith(`${key}.`)).map((field) => field.slice(key.length + 1));
    const part = below.length === 0 ? undefined : selectInside(member, below);
    if (part !== undefined) selected[key] = part;
  }
  return selected;
}

function selectInside(value: JsonValue, fields: readonly string[]): JsonValue | undefined {
  if (Array.isArray(value)) {
    const parts = value.map((item) => selectInside(item, fields)).filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const part = select(value, fields);
  return Object.keys(part).length === 0 ? undefined : part;
}
