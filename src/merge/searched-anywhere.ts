import type { JsonObject } from "../core/types.ts";

/** The body of a search without its attributes to search on: a node without a document that has one refuses them. */
export function searchedAnywhere({ attributesToSearchOn: _, ...rest }: JsonObject): JsonObject {
  return rest;
}
