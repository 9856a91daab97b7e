import type { JsonObject, JsonValue } from "../../../core/types.ts";

/** The values of a field that make a document a duplicate of another, as comparable texts. */
export function distinctKeys(document: JsonObject, path: string): string[] {
  return valuesAt(document, path).flatMap((value) => {
    if (typeof value === "number") return [`number ${value}`];
    if (typeof value === "string") return [`text ${value.trim().normalize("NFKD").toLowerCase()}`];
    return typeof value === "boolean" ? [`text ${value}`] : [];
  });
}

function valuesAt(value: JsonValue | undefined, path: string): JsonValue[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  if (path === "") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === path) return valuesAt(member, "");
    return path.startsWith(`${key}.`) ? valuesAt(member, path.slice(key.length + 1)) : [];
  });
}
