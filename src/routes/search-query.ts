import type { JsonObject, JsonValue } from "../core/types.ts";
import { asBoolean, type QueryReader, readQuery } from "./query-reader.ts";
import { readSort } from "./sort-parameter.ts";

/** The parameter as it is. */
export const asText: QueryReader = (text) => text;
/** A number in any form. */
export const asNumber: QueryReader = (text) =>
  text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
/** Texts between commas. */
export const asList: QueryReader = (text) => text.split(",");

/** How each parameter of `GET indexes/:uid/search` reads as a field of the POST body. */
const READERS: Readonly<Record<string, QueryReader>> = {
  q: asText,
  offset: asNumber,
  limit: asNumber,
  page: asNumber,
  hitsPerPage: asNumber,
  attributesToRetrieve: asList,
  attributesToCrop: asList,
  cropLength: asNumber,
  attributesToHighlight: asList,
  filter: readFilter,
  sort: readSort,
  distinct: asText,
  showMatchesPosition: asBoolean,
  showRankingScore: asBoolean,
  showRankingScoreDetails: asBoolean,
  showPerformanceDetails: asBoolean,
  facets: asList,
  highlightPreTag: asText,
  highlightPostTag: asText,
  cropMarker: asText,
  matchingStrategy: asText,
  attributesToSearchOn: asList,
  rankingScoreThreshold: asNumber,
  retrieveVectors: asBoolean,
  locales: asList,
  vector: asVector,
};

/**
 * The POST body that means the same as the parameters of a GET search; `undefined` when a parameter is unknown or
 * cannot be read, so that a node should word the refusal.
 */
export function bodyOfQuery(params: Readonly<Record<string, string>>): JsonObject | undefined {
  const { hybridEmbedder: embedder, hybridSemanticRatio: ratio, ...rest } = params;
  const body = readQuery(rest, READERS);
  if (body === undefined || (embedder === undefined && ratio === undefined)) return body;
  const semanticRatio = ratio === undefined ? undefined : asNumber(ratio);
  if (embedder === undefined || (ratio !== undefined && semanticRatio === undefined)) return undefined;
  return { ...body, hybrid: { embedder, ...(semanticRatio === undefined ? {} : { semanticRatio }) } };
}

function asVector(text: string): JsonValue | undefined {
  const numbers = text.split(",").map((each) => asNumber(each));
  return numbers.every((number) => typeof number === "number") ? numbers : undefined;
}

/** A filter is JSON when it parses as a list or text, an expression otherwise. */
export function readFilter(text: string): JsonValue {
  try {
    const parsed = JSON.parse(text) as JsonValue;
    return typeof parsed === "string" || Array.isArray(parsed) ? parsed : text;
  } catch {
    return text; // an expression is no JSON
  }
}
