import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { checkFilterSyntax } from "../documents/filter-syntax.ts";
import type { EngineSearch } from "../engine/contract.ts";
import { ApiError } from "../http/api-error.ts";
import type { RouteContext } from "../http/route.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import type { NodeState } from "../node-state.ts";
import { requireNetwork } from "../routes/required-features.ts";
import { fuseFilters } from "./fuse-filters.ts";
import { hybridSearch } from "./hybrid-search.ts";
import { requestUid } from "./request-uid.ts";
import type { SearchQuery } from "./search-query.ts";

/** Answers one search of one index in the server's key order. */
export function runSearch(context: RouteContext, indexUid: string, query: SearchQuery): JsonObject {
  const { node } = context;
  const startedAt = node.settings.clock.now();
  checkQuery(node, query);
  const index = node.index(indexUid);
  const search = engineSearch(context, index, query);
  checkFilterSyntax(node, search.filter, "invalid_search_filter");
  const answer = hybridSearch({ index, search, query });
  const {
    hits,
    query: echo,
    semanticHitCount,
    ...rest
  } = node.features.isEnabled("legacySearch") ? capped(answer, index.maxTotalHits) : answer;
  return {
    hits: hits ?? [],
    query: echo ?? "",
    processingTimeMs: node.settings.clock.now() - startedAt,
    ...rest,
    requestUid: requestUid(startedAt),
    ...metadata(context, { indexUid, query, primaryKey: index.primaryKey }),
    ...(semanticHitCount === undefined ? {} : { semanticHitCount }),
    ...(query.showPerformanceDetails === true ? { performanceDetails: performanceDetails(startedAt, node) } : {}),
  };
}

/** What a search needs that the node cannot give, in the order in which the server notices. */
export function checkQuery(node: NodeState, query: Omit<SearchQuery, "offset" | "limit">): void {
  if (query.useNetwork === true) requireNetwork(node, "passing `useNetwork` in a search query");
  if (query.personalize !== undefined && query.personalize !== null) {
    node.features.require({
      feature: "personalization",
      action: "reranking search results",
      name: "personalization",
      link: "https://github.com/orgs/meilisearch/discussions/866",
    });
  }
  const { hybrid = null, vector = null, media = null } = query;
  if (hybrid === null && (vector !== null || media !== null)) {
    const words = "Invalid request: missing `hybrid` parameter when `vector` or `media` are present.";
    throw new ApiError("missing_search_hybrid", words);
  }
}

/** The part of a query that the engine reads, with the filter of the caller's token and what search rules pin. */
export function engineSearch({ node, access }: RouteContext, index: EmbeddedIndex, query: SearchQuery): EngineSearch {
  const { locales, hybrid, vector, media, personalize, useNetwork, showPerformanceDetails, ...shared } = query;
  const { page, hitsPerPage, facets, filter, ...search } = shared;
  const fused = fuseFilters(filter, access.filterFor(index.uid));
  return {
    ...search,
    ...(typeof page === "number" ? { page } : {}),
    ...(typeof hitsPerPage === "number" ? { hitsPerPage } : {}),
    ...(facets === undefined || facets === null || facets.length === 0 ? {} : { facets }),
    ...(fused === undefined ? {} : { filter: fused }),
    ...(node.features.isEnabled("dynamicSearchRules") ? { pins: pinFinder(node, index, fused) } : {}),
  };
}

/** Rules name documents by id; those that the index does not have are left out. */
function pinFinder(
  node: NodeState,
  index: EmbeddedIndex,
  filter: JsonValue | undefined,
): NonNullable<EngineSearch["pins"]> {
  const now = node.settings.clock.now();
  return (query) =>
    node.rules.pinsOf({ indexUid: index.uid, query, filter, now }).flatMap(({ id, position }) => {
      const docid = index.docidOf(id);
      return docid === undefined ? [] : [{ docid, position }];
    });
}

/** The older search cut totals at the index's `maxTotalHits`. */
function capped(answer: JsonObject, maxTotalHits: number): JsonObject {
  const { estimatedTotalHits, totalHits, hitsPerPage } = answer;
  if (typeof estimatedTotalHits === "number") {
    return { ...answer, estimatedTotalHits: Math.min(estimatedTotalHits, maxTotalHits) };
  }
  if (typeof totalHits !== "number" || typeof hitsPerPage !== "number") return answer;
  const total = Math.min(totalHits, maxTotalHits);
  return { ...answer, totalPages: hitsPerPage === 0 ? 0 : Math.ceil(total / hitsPerPage), totalHits: total };
}

function metadata(
  { request, node }: RouteContext,
  search: { indexUid: string; query: SearchQuery; primaryKey: string | null },
): JsonObject {
  if (request.headers["meili-include-metadata"]?.toLowerCase() !== "true") return {};
  return {
    metadata: {
      ...(typeof search.query.q === "string" ? { query: search.query.q } : {}),
      queryUid: requestUid(node.settings.clock.now()),
      indexUid: search.indexUid,
      ...(search.primaryKey === null ? {} : { primaryKey: search.primaryKey }),
    },
  };
}

/** The embedded node measures the search as a whole; it has no queue and no remote parts. */
function performanceDetails(startedAt: number, node: NodeState): JsonObject {
  return { "wait in queue": "0ns", search: `${node.settings.clock.now() - startedAt}ms` };
}
