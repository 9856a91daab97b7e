import type { JsonObject, JsonValue } from "../core/types.ts";

/** The body of a search by vector alone; attributes to search on mean nothing to it, and a node may not know them. */
export function withVector(body: JsonObject, vector: JsonValue): JsonObject {
  const { media: _media, attributesToSearchOn: _attributes, ...rest } = body;
  return { ...rest, vector };
}
