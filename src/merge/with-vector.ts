import type { JsonObject, JsonValue } from "../core/types.ts";
import { searchedAnywhere } from "./searched-anywhere.ts";

/** The body of a search by vector alone; attributes to search on mean nothing to it, and a node may not know them. */
export function withVector(body: JsonObject, vector: JsonValue): JsonObject {
  const { media: _media, ...rest } = searchedAnywhere(body);
  return { ...rest, vector };
}
