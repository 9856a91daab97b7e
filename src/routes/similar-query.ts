import type { JsonObject } from "../core/types.ts";
import { asBoolean, type QueryReader, readQuery } from "./query-reader.ts";
import { asList, asNumber, asText, readFilter } from "./search-query.ts";

/** How each parameter of `GET indexes/:uid/similar` reads as a field of the POST body. */
const READERS: Readonly<Record<string, QueryReader>> = {
  id: asText,
  offset: asNumber,
  limit: asNumber,
  filter: readFilter,
  embedder: asText,
  attributesToRetrieve: asList,
  retrieveVectors: asBoolean,
  showRankingScore: asBoolean,
  showRankingScoreDetails: asBoolean,
  showPerformanceDetails: asBoolean,
  rankingScoreThreshold: asNumber,
};

/** The POST body that means the same as the parameters of a GET; `undefined` when a node should word the refusal. */
export function bodyOfSimilarQuery(params: Readonly<Record<string, string>>): JsonObject | undefined {
  return readQuery(params, READERS);
}
