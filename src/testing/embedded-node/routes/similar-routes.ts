import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { idText } from "../documents/document-id.ts";
import { checkFilterSyntax } from "../documents/filter-syntax.ts";
import { ApiError } from "../http/api-error.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody, readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { checkIndexUid } from "../indexes/index-uid.ts";
import { fuseFilters } from "../search/fuse-filters.ts";
import { embedderOf, nearestToItem } from "../search/nearest.ts";
import { ratio } from "../search/search-query.ts";
import { semanticHit } from "../search/semantic-hit.ts";
import type { Reader } from "../validation/place.ts";
import { queryBoolean, queryList, queryUnsigned } from "../validation/query-readers.ts";
import { anyValue, arrayOf, boolean, type Fields, nullable, object, string, unsigned } from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";

interface SimilarQuery {
  id: string;
  offset?: number;
  limit?: number;
  filter?: JsonValue;
  embedder: string;
  attributesToRetrieve?: string[] | null;
  retrieveVectors?: boolean;
  showRankingScore?: boolean;
  showRankingScoreDetails?: boolean;
  showPerformanceDetails?: boolean;
  rankingScoreThreshold?: number | null;
}

const id: Reader<string> = (value, place) => {
  const text = idText(value as JsonValue);
  if (typeof text === "string") return text;
  throw invalidValue(text.refusal, place);
};

const FIELDS: Fields<SimilarQuery> = {
  id: { read: id, code: "invalid_similar_id", required: "bad_request" },
  offset: { read: unsigned, code: "invalid_similar_offset" },
  limit: { read: unsigned, code: "invalid_similar_limit" },
  filter: { read: anyValue, code: "invalid_similar_filter" },
  embedder: { read: string, code: "invalid_similar_embedder", required: "bad_request" },
  attributesToRetrieve: { read: nullable(arrayOf(string)), code: "invalid_similar_attributes_to_retrieve" },
  retrieveVectors: { read: boolean, code: "invalid_similar_retrieve_vectors" },
  showRankingScore: { read: boolean, code: "invalid_similar_show_ranking_score" },
  showRankingScoreDetails: { read: boolean, code: "invalid_similar_show_ranking_score_details" },
  showPerformanceDetails: { read: boolean, code: "invalid_similar_show_performance_details" },
  rankingScoreThreshold: {
    read: nullable(ratio("rankingScoreThreshold")),
    code: "invalid_similar_ranking_score_threshold",
  },
};

const threshold: Reader<number> = (value, place) => ratio("rankingScoreThreshold")(Number(value), place);

const readSimilarBody = object<SimilarQuery>(FIELDS);

const readSimilarQuery = object<SimilarQuery>({
  ...FIELDS,
  offset: { ...FIELDS.offset, read: queryUnsigned },
  limit: { ...FIELDS.limit, read: queryUnsigned },
  attributesToRetrieve: { ...FIELDS.attributesToRetrieve, read: queryList },
  retrieveVectors: { ...FIELDS.retrieveVectors, read: queryBoolean },
  showRankingScore: { ...FIELDS.showRankingScore, read: queryBoolean },
  showRankingScoreDetails: { ...FIELDS.showRankingScoreDetails, read: queryBoolean },
  showPerformanceDetails: { ...FIELDS.showPerformanceDetails, read: queryBoolean },
  rankingScoreThreshold: { ...FIELDS.rankingScoreThreshold, read: threshold },
});

const PATH = "/indexes/:indexUid/similar";

/** Documents whose vectors are like those of a given one. */
export const similarRoutes: readonly Route[] = [
  {
    method: "POST",
    path: PATH,
    action: "search",
    isRead: true,
    handle: (context) => similar(context, readBody(context, readSimilarBody)),
  },
  {
    method: "GET",
    path: PATH,
    action: "search",
    handle: (context) => similar(context, readQuery(context.request, readSimilarQuery)),
  },
];

function similar({ node, params, access }: RouteContext, query: SimilarQuery): Reply {
  const startedAt = node.settings.clock.now();
  const index = node.index(checkIndexUid(params["indexUid"] ?? ""));
  const embedder = embedderOf(index, query.embedder, "invalid_similar_embedder");
  const docid = index.docidOf(query.id);
  if (docid === undefined) throw new ApiError("not_found_similar_id", `Document \`${query.id}\` not found.`);
  const filter = fuseFilters(query.filter, access.filterFor(index.uid));
  checkFilterSyntax(node, filter, "invalid_similar_filter");
  const universe = index.engine.select(filter, "invalid_similar_filter");
  const others = universe.filter((other) => other !== docid);
  const neighbours = nearestToItem(index, others, { embedder, docid });
  const { offset = 0, limit = 20, retrieveVectors, showRankingScore, showRankingScoreDetails } = query;
  const shown = {
    ...(query.attributesToRetrieve === undefined ? {} : { attributesToRetrieve: query.attributesToRetrieve }),
    retrieveVectors: retrieveVectors === true,
    showRankingScore: showRankingScore === true,
    showRankingScoreDetails: showRankingScoreDetails === true,
  };
  const page = neighbours.slice(offset, offset + limit);
  const below = page.findIndex(({ similarity = 0 }) => similarity < (query.rankingScoreThreshold ?? 0));
  // The first hit below the threshold ends the list, and then only what was seen before it counts.
  const kept = below === -1 ? page : page.slice(0, below);
  const hits: JsonObject[] = kept.map((one) => semanticHit(index, one, shown));
  const total = below === -1 ? others.length : offset + below;
  return ok({
    hits,
    id: query.id,
    processingTimeMs: node.settings.clock.now() - startedAt,
    limit,
    offset,
    estimatedTotalHits: Math.min(total, index.maxTotalHits),
  });
}
