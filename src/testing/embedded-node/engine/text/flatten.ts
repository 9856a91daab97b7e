import type { JsonObject, JsonValue } from "../../../../core/types.ts";

/**
 * Every leaf value of a document by its dotted path, in document order: `{ a: { b: [1, { c: 2 }] } }` gives `a.b` → [1]
 * and `a.b.c` → [2]. Objects inside arrays lose their index. Empty arrays and objects are leaves of their own path.
 */
export function flatten(document: JsonObject): Map<string, JsonValue[]> {
  const leaves = new Map<string, JsonValue[]>();
  for (const [key, value] of Object.entries(document)) visit(key, value, leaves);
  return leaves;
}

function visit(path: string, value: JsonValue, leaves: Map<string, JsonValue[]>): void {
  if (Array.isArray(value) && value.length > 0) {
    for (const item of value) visit(path, item, leaves);
    return;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    for (const [key, item] of entries) visit(`${path}.${key}`, item, leaves);
    if (entries.length > 0) return;
  }
  const known = leaves.get(path);
  if (known === undefined) leaves.set(path, [value]);
  else known.push(value);
}
