import type { JsonObject, JsonValue } from "../../../../core/types.ts";

/**
 * The values of a document by dotted path, in the order in which they take their places in a field. Below the first level
 * an array stands before its own elements: it holds no word, but it moves them one value further, as on the server.
 */
export function searchableValues(document: JsonObject): Map<string, JsonValue[]> {
  const values = new Map<string, JsonValue[]>();
  for (const [name, value] of Object.entries(document)) {
    if (Array.isArray(value)) visitArray(name, value, values);
    else if (isObject(value)) visitObject(name, value, values);
    else add(name, value, values);
  }
  return values;
}

function visitObject(path: string, object: JsonObject, values: Map<string, JsonValue[]>): void {
  for (const [key, value] of Object.entries(object)) {
    const name = `${path}.${key}`;
    add(name, value, values);
    if (Array.isArray(value)) visitArray(name, value, values);
    else if (isObject(value)) visitObject(name, value, values);
  }
}

function visitArray(path: string, items: readonly JsonValue[], values: Map<string, JsonValue[]>): void {
  for (const item of items) {
    if (Array.isArray(item)) visitArray(path, item, values);
    else if (isObject(item)) visitObject(path, item, values);
    else add(path, item, values);
  }
}

function add(path: string, value: JsonValue, values: Map<string, JsonValue[]>): void {
  const known = values.get(path);
  if (known === undefined) values.set(path, [value]);
  else known.push(value);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
