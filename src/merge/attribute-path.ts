import type { JsonObject, JsonValue } from "../core/types.ts";
import { isObject } from "./answer-shape.ts";

/** An attribute that was asked for beside the user's own. */
export interface AddedPath {
  readonly path: string;
  /** True when the user asked for another attribute below the same top-level one. */
  readonly hasSiblings: boolean;
}

/** True when `attribute` names `path` itself or one of its parents (`author` covers `author.name`). */
export function coversPath(attribute: string, path: string): boolean {
  return attribute === "*" || path === attribute || path.startsWith(`${attribute}.`);
}

/** Every leaf value at a dotted path; lists on the way are spread, as the server flattens documents. */
export function valuesAt(document: JsonObject, path: string): JsonValue[] {
  const found: JsonValue[] = [];
  collect(document, path, found);
  return found;
}

function collect(value: JsonValue, path: string, found: JsonValue[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, path, found);
    return;
  }
  if (path === "") {
    found.push(value);
    return;
  }
  if (!isObject(value)) return;
  for (const [child, rest] of steps(value, path)) collect(child, rest, found);
}

/** The members of `value` that `path` can lead into: a document may hold a key with dots beside nested objects. */
function* steps(value: JsonObject, path: string): Generator<[JsonValue, string]> {
  const whole = value[path];
  if (whole !== undefined) yield [whole, ""];
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const child = value[path.slice(0, dot)];
    if (child !== undefined) yield [child, path.slice(dot + 1)];
  }
}

/**
 * A document without the value at a dotted path; only what changes is copied. Objects that this empties are left out too,
 * unless the user asked for something else inside them: one node then shows them empty.
 */
export function withoutPath(document: JsonObject, { path, hasSiblings }: AddedPath): JsonObject {
  const copy: JsonObject = { ...document };
  delete copy[path];
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const name = path.slice(0, dot);
    const child = copy[name];
    if (child === undefined) continue;
    const rest = withoutPathIn(child, { path: path.slice(dot + 1), hasSiblings });
    if (!hasSiblings && isObject(rest) && Object.keys(rest).length === 0) delete copy[name];
    else copy[name] = rest;
  }
  return copy;
}

function withoutPathIn(value: JsonValue, added: AddedPath): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withoutPathIn(item, added));
  return isObject(value) ? withoutPath(value, added) : value;
}
