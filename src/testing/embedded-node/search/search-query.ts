import type { JsonValue } from "../../../core/types.ts";
import type { EngineSearch } from "../engine/contract.ts";
import { indexUidRefusal } from "../indexes/index-uid.ts";
import { LOCALES } from "../settings/localized-attributes.ts";
import type { Reader } from "../validation/place.ts";
import {
  anyValue,
  arrayOf,
  boolean,
  checkedString,
  type Fields,
  float,
  nullable,
  object,
  oneOf,
  string,
  unsigned,
} from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";

/** A semantic or hybrid search by an embedder. */
export interface HybridQuery {
  embedder: string;
  semanticRatio?: number;
}

/** A search body whose shape was checked: what the engine reads, and what only the routes read. */
export interface SearchQuery
  extends Omit<
    { -readonly [K in keyof EngineSearch]: EngineSearch[K] },
    "page" | "hitsPerPage" | "pins" | "carriesBareDetails"
  > {
  page?: number | null;
  hitsPerPage?: number | null;
  locales?: string[] | null;
  hybrid?: HybridQuery | null;
  vector?: number[] | null;
  media?: JsonValue;
  personalize?: { userContext: string } | null;
  useNetwork?: boolean | null;
  showPerformanceDetails?: boolean;
}

/** How many results a federated query counts for, and where it is asked. */
export interface FederationOptions {
  weight?: number;
  remote?: string | null;
  queryPosition?: number | null;
}

/** One query of a multi-search. */
export interface IndexedQuery extends Omit<SearchQuery, "offset" | "limit"> {
  indexUid: string;
  offset?: number | null;
  limit?: number | null;
  federationOptions?: FederationOptions | null;
}

/** A number from 0 to 1, else refused by name. */
export function ratio(name: string): Reader<number> {
  return (value, place) => {
    const number = float(value, place);
    if (number >= 0 && number <= 1) return number;
    throw invalidValue(`the value of \`${name}\` is invalid, expected a float between \`0.0\` and \`1.0\`.`, place);
  };
}

const hybrid: Reader<HybridQuery> = object<HybridQuery>({
  semanticRatio: { read: ratio("semanticRatio"), code: "invalid_search_semantic_ratio" },
  embedder: { read: string, code: "invalid_search_embedder", required: "invalid_search_hybrid_query" },
});

const personalize: Reader<{ userContext: string }> = object<{ userContext: string }>({
  userContext: {
    read: string,
    code: "invalid_search_personalize_user_context",
    required: "invalid_search_personalize",
  },
});

/** Attribute lists that are sets to the server: sorted, no name twice. */
const nameSet: Reader<string[]> = (value, place) => [...new Set(arrayOf(string)(value, place))].sort();

const strings = nullable(arrayOf(string));

/** Members of a search body, in the server's order. */
export const SEARCH_FIELDS: Fields<SearchQuery> = {
  q: { read: nullable(string), code: "invalid_search_q" },
  offset: { read: unsigned, code: "invalid_search_offset" },
  limit: { read: unsigned, code: "invalid_search_limit" },
  page: { read: nullable(unsigned), code: "invalid_search_page" },
  hitsPerPage: { read: nullable(unsigned), code: "invalid_search_hits_per_page" },
  attributesToRetrieve: { read: nullable(nameSet), code: "invalid_search_attributes_to_retrieve" },
  attributesToCrop: { read: strings, code: "invalid_search_attributes_to_crop" },
  cropLength: { read: unsigned, code: "invalid_search_crop_length" },
  cropMarker: { read: string, code: "invalid_search_crop_marker" },
  attributesToHighlight: { read: strings, code: "invalid_search_attributes_to_highlight" },
  highlightPreTag: { read: string, code: "invalid_search_highlight_pre_tag" },
  highlightPostTag: { read: string, code: "invalid_search_highlight_post_tag" },
  showMatchesPosition: { read: boolean, code: "invalid_search_show_matches_position" },
  filter: { read: anyValue, code: "invalid_search_filter" },
  sort: { read: strings, code: "invalid_search_sort" },
  distinct: { read: nullable(string), code: "invalid_search_distinct" },
  facets: { read: strings, code: "invalid_search_facets" },
  matchingStrategy: { read: oneOf(["last", "all", "frequency"]), code: "invalid_search_matching_strategy" },
  attributesToSearchOn: { read: strings, code: "invalid_search_attributes_to_search_on" },
  rankingScoreThreshold: {
    read: nullable(ratio("rankingScoreThreshold")),
    code: "invalid_search_ranking_score_threshold",
  },
  locales: { read: nullable(arrayOf(oneOf(LOCALES))), code: "invalid_search_locales" },
  hybrid: { read: nullable(hybrid), code: "invalid_search_hybrid_query" },
  vector: { read: nullable(arrayOf(float)), code: "invalid_search_vector" },
  retrieveVectors: { read: boolean, code: "invalid_search_retrieve_vectors" },
  media: { read: anyValue, code: "invalid_search_media" },
  personalize: { read: nullable(personalize), code: "invalid_search_personalize" },
  useNetwork: { read: nullable(boolean), code: "invalid_search_use_network" },
  showRankingScore: { read: boolean, code: "invalid_search_show_ranking_score" },
  showRankingScoreDetails: { read: boolean, code: "invalid_search_show_ranking_score_details" },
  showPerformanceDetails: { read: boolean, code: "invalid_search_show_performance_details" },
};

/** A search body. */
export const readSearchBody = object<SearchQuery>(SEARCH_FIELDS);

const weight: Reader<number> = (value, place) => {
  const number = float(value, place);
  if (number >= 0) return number;
  throw invalidValue("the value of `weight` is invalid, expected a positive float (>= 0.0).", place);
};

/** One query of a multi-search body. */
export const readIndexedQuery = object<IndexedQuery>({
  indexUid: { read: checkedString(indexUidRefusal), code: "invalid_index_uid", required: "missing_index_uid" },
  ...SEARCH_FIELDS,
  offset: { read: nullable(unsigned), code: "invalid_search_offset" },
  limit: { read: nullable(unsigned), code: "invalid_search_limit" },
  federationOptions: {
    read: nullable(
      object<FederationOptions>({
        weight: { read: weight, code: "invalid_multi_search_weight" },
        remote: { read: nullable(string), code: "invalid_multi_search_remote" },
        queryPosition: { read: nullable(unsigned), code: "invalid_multi_search_query_position" },
      }),
    ),
    code: "invalid_multi_search_federation_options",
  },
});
