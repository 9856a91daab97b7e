import type { JsonObject, JsonValue } from "../core/types.ts";

/** Reads a query parameter as a field of a body; `undefined` when it cannot be read. */
export type QueryReader = (text: string) => JsonValue | undefined;

/** `true` or `false`. */
export const asBoolean: QueryReader = (text) => (text === "true" ? true : text === "false" ? false : undefined);

/**
 * The body that means the same as the parameters; `undefined` when one is unknown or cannot be read, so that a node should
 * word the refusal.
 */
export function readQuery(
  params: Readonly<Record<string, string>>,
  readers: Readonly<Record<string, QueryReader>>,
): JsonObject | undefined {
  const body: JsonObject = {};
  for (const [name, text] of Object.entries(params)) {
    const value = Object.hasOwn(readers, name) ? readers[name]?.(text) : undefined;
    if (value === undefined) return undefined;
    body[name] = value;
  }
  return body;
}
