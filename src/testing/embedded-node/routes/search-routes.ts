import { checkFilterSyntax } from "../documents/filter-syntax.ts";
import type { FacetSearchRequest } from "../engine/contract.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody, readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { checkIndexUid } from "../indexes/index-uid.ts";
import { readMultiSearchBody } from "../search/federation-body.ts";
import { fuseFilters } from "../search/fuse-filters.ts";
import { multiSearch } from "../search/multi-search.ts";
import { runSearch } from "../search/run-search.ts";
import { readSearchParameters } from "../search/search-parameters.ts";
import { readSearchBody, SEARCH_FIELDS, type SearchQuery } from "../search/search-query.ts";
import { boolean, nullable, object, string } from "../validation/readers.ts";

interface FacetSearchBody
  extends Pick<
    SearchQuery,
    | "q"
    | "vector"
    | "media"
    | "hybrid"
    | "filter"
    | "matchingStrategy"
    | "attributesToSearchOn"
    | "locales"
    | "useNetwork"
  > {
  facetQuery?: string | null;
  facetName: string;
  rankingScoreThreshold?: number | null;
  exhaustiveFacetCount?: boolean | null;
}

const readFacetSearch = object<FacetSearchBody>(
  {
    facetQuery: { read: nullable(string), code: "invalid_facet_search_query" },
    facetName: {
      read: string,
      code: "invalid_facet_search_facet_name",
      required: "missing_facet_search_facet_name",
    },
    q: SEARCH_FIELDS.q,
    vector: SEARCH_FIELDS.vector,
    media: SEARCH_FIELDS.media,
    hybrid: SEARCH_FIELDS.hybrid,
    filter: SEARCH_FIELDS.filter,
    matchingStrategy: SEARCH_FIELDS.matchingStrategy,
    attributesToSearchOn: SEARCH_FIELDS.attributesToSearchOn,
    rankingScoreThreshold: SEARCH_FIELDS.rankingScoreThreshold,
    locales: SEARCH_FIELDS.locales,
    exhaustiveFacetCount: { read: nullable(boolean), code: "invalid_facet_search_exhaustive_facet_count" },
    useNetwork: SEARCH_FIELDS.useNetwork,
  },
  { open: true },
);

/** Search one index, its facet values, or many indexes. */
export const searchRoutes: readonly Route[] = [
  { method: "POST", path: "/indexes/:indexUid/search", action: "search", isRead: true, handle: searchByBody },
  { method: "GET", path: "/indexes/:indexUid/search", action: "search", handle: searchByQuery },
  { method: "POST", path: "/indexes/:indexUid/facet-search", action: "search", isRead: true, handle: facetSearch },
  {
    method: "POST",
    path: "/multi-search",
    action: "search",
    isRead: true,
    handle: (context) => ok(multiSearch(context, readBody(context, readMultiSearchBody))),
  },
];

function searchByBody(context: RouteContext): Reply {
  const query = readBody(context, readSearchBody);
  return ok(runSearch(context, checkIndexUid(context.params["indexUid"] ?? ""), query));
}

function searchByQuery(context: RouteContext): Reply {
  const query = readQuery(context.request, readSearchParameters);
  return ok(runSearch(context, checkIndexUid(context.params["indexUid"] ?? ""), query));
}

function facetSearch(context: RouteContext): Reply {
  const { node, access, params } = context;
  const uid = checkIndexUid(params["indexUid"] ?? "");
  const { vector, media, hybrid, locales, useNetwork, exhaustiveFacetCount, filter, ...body } = readBody(
    context,
    readFacetSearch,
  );
  const startedAt = node.settings.clock.now();
  const fused = fuseFilters(filter, access.filterFor(uid));
  const index = node.index(uid);
  checkFilterSyntax(node, fused, "invalid_search_filter");
  const request: FacetSearchRequest = {
    ...body,
    ...(fused === undefined ? {} : { filter: fused }),
    ...(typeof exhaustiveFacetCount === "boolean" ? { exhaustiveFacetCount } : {}),
  };
  const answer = index.engine.facetSearch(uid, request);
  return ok({ ...answer, processingTimeMs: node.settings.clock.now() - startedAt });
}
