import type { JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";
import { splitSortParameter } from "../routes/sort-parameter.ts";
import { LOCALES } from "../settings/localized-attributes.ts";
import type { Reader } from "../validation/place.ts";
import { queryBoolean, queryList, queryUnsigned } from "../validation/query-readers.ts";
import { object, string } from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";
import { SEARCH_FIELDS, type SearchQuery } from "./search-query.ts";

interface SearchParameters extends Omit<SearchQuery, "hybrid" | "media" | "personalize"> {
  hybridEmbedder?: string;
  hybridSemanticRatio?: number;
  personalizeUserContext?: string;
}

function queryRatio(name: string): Reader<number> {
  return (value, place) => {
    const text = string(value, place);
    const number = Number(text);
    if (text.trim() !== "" && number >= 0 && number <= 1) return number;
    throw invalidValue(`the value of \`${name}\` is invalid, expected a float between \`0.0\` and \`1.0\`.`, place);
  };
}

/** A filter is JSON text, or any other text as it stands. */
const filter: Reader<JsonValue> = (value, place) => {
  const text = string(value, place);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
};

const vector: Reader<number[]> = (value, place) =>
  queryList(value, place).map((item) => {
    const number = Number(item);
    if (item !== "" && !Number.isNaN(number)) return number;
    throw invalidValue("invalid float literal", place);
  });

const locales: Reader<string[]> = (value, place) =>
  queryList(value, place).map((item) => {
    if (LOCALES.includes(item)) return item;
    const choices = [...LOCALES].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).join(", ");
    throw invalidValue(`Unsupported locale \`${item}\`, expected one of ${choices}`, place);
  });

const { media: _media, personalize: _personalize, hybrid: _hybrid, ...SHARED } = SEARCH_FIELDS;

const readParameters = object<SearchParameters>({
  q: { ...SHARED.q, read: string },
  offset: { ...SHARED.offset, read: queryUnsigned },
  limit: { ...SHARED.limit, read: queryUnsigned },
  page: { ...SHARED.page, read: queryUnsigned },
  hitsPerPage: { ...SHARED.hitsPerPage, read: queryUnsigned },
  attributesToRetrieve: { ...SHARED.attributesToRetrieve, read: queryList },
  attributesToCrop: { ...SHARED.attributesToCrop, read: queryList },
  cropLength: { ...SHARED.cropLength, read: queryUnsigned },
  cropMarker: SHARED.cropMarker,
  attributesToHighlight: { ...SHARED.attributesToHighlight, read: queryList },
  highlightPreTag: SHARED.highlightPreTag,
  highlightPostTag: SHARED.highlightPostTag,
  showMatchesPosition: { ...SHARED.showMatchesPosition, read: queryBoolean },
  filter: { ...SHARED.filter, read: filter },
  sort: { ...SHARED.sort, read: (value, place) => splitSortParameter(string(value, place)) },
  distinct: { ...SHARED.distinct, read: string },
  facets: { ...SHARED.facets, read: queryList },
  matchingStrategy: SHARED.matchingStrategy,
  attributesToSearchOn: { ...SHARED.attributesToSearchOn, read: queryList },
  rankingScoreThreshold: { ...SHARED.rankingScoreThreshold, read: queryRatio("rankingScoreThreshold") },
  locales: { ...SHARED.locales, read: locales },
  hybridEmbedder: { read: string, code: "invalid_search_embedder" },
  hybridSemanticRatio: { read: queryRatio("semanticRatio"), code: "invalid_search_semantic_ratio" },
  vector: { ...SHARED.vector, read: vector },
  retrieveVectors: { ...SHARED.retrieveVectors, read: queryBoolean },
  personalizeUserContext: { read: string, code: "invalid_search_personalize_user_context" },
  useNetwork: { ...SHARED.useNetwork, read: queryBoolean },
  showRankingScore: { ...SHARED.showRankingScore, read: queryBoolean },
  showRankingScoreDetails: { ...SHARED.showRankingScoreDetails, read: queryBoolean },
  showPerformanceDetails: { ...SHARED.showPerformanceDetails, read: queryBoolean },
});

/** The query string of a search as the body it stands for. */
export const readSearchParameters: Reader<SearchQuery> = (value, place) => {
  const { hybridEmbedder, hybridSemanticRatio, personalizeUserContext, ...query } = readParameters(value, place);
  if (hybridEmbedder === undefined && hybridSemanticRatio !== undefined) {
    const words = "`hybridEmbedder` is mandatory when `hybridSemanticRatio` is present";
    throw new ApiError("invalid_search_hybrid_query", words);
  }
  if (hybridEmbedder === undefined && query.vector !== undefined) {
    throw new ApiError("missing_search_hybrid", "`hybridEmbedder` is mandatory when `vector` is present");
  }
  const semanticRatio = hybridSemanticRatio === undefined ? {} : { semanticRatio: hybridSemanticRatio };
  return {
    ...query,
    ...(hybridEmbedder === undefined ? {} : { hybrid: { embedder: hybridEmbedder, ...semanticRatio } }),
    ...(personalizeUserContext === undefined ? {} : { personalize: { userContext: personalizeUserContext } }),
  };
};
