import { physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue } from "../core/types.ts";
import type { ScatterPart, ScatterResult } from "../execute/scatter.ts";
import { mergeSearch } from "../merge/search.ts";
import type { SearchView } from "../merge/search-view.ts";
import { planSearch, type ShardSearch, withShardFilter } from "../merge/shard-request.ts";
import { shardFilter } from "../routing/reserved.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { allShards, callerHeaders, readMeta, readShards, requireCoverage } from "./read.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import { bodyOfQuery } from "./search-query.ts";
import { searchView } from "./search-view.ts";
import { notSupported, refuse, refuseMissingIndex } from "./verbatim.ts";

/** `POST|GET indexes/:uid/search`: asks one replica of every shard and merges the answers rule by rule. */
export const searchRoute: RouteHandler = {
  routes: [
    { method: "POST", path: "indexes/:uid/search" },
    { method: "GET", path: "indexes/:uid/search" },
  ],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    const cluster = await context.cluster();
    const row = await cluster.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(cluster, request, { uid, call: context.call });
    refuseUnsupported(request.method === "GET" ? request.params : request.body);
    const body = searchBody(request);
    // A body that is no object has no meaning to split: one node words the refusal.
    if (body === undefined) return refuse(cluster, request, { response: MALFORMED, call: context.call });
    refuseReservedNames(body, SEARCH_NAMING_FIELDS);
    const view = searchView(row);
    const search = { body, view, planned: planSearch(body, view), call: context.call };
    const result = await ask(cluster, request, { ...search, index: physicalUid(row) });
    return answer(cluster, request, { ...search, result });
  },
};

interface Search {
  readonly body: JsonObject;
  readonly view: SearchView;
  readonly planned: ShardSearch;
  readonly call: CallOptions;
}

const MALFORMED: NodeResponse = { status: 400, headers: {}, body: undefined };

function searchBody(request: ClusterRequest): JsonObject | undefined {
  if (request.method === "GET") return bodyOfQuery(request.params);
  const { body } = request;
  if (body === undefined) return {};
  return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as JsonObject) : undefined;
}

/** Parameters whose answer cannot be merged from the nodes' own, with what to use instead. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  hybrid: "Use a keyword search, or one server for semantic search.",
  hybridEmbedder: "Use a keyword search, or one server for semantic search.",
  vector: "Use a keyword search, or one server for semantic search.",
  media: "Use a keyword search, or one server for semantic search.",
  personalize: "Re-rank the page in the application.",
  useNetwork: "miroir asks every node by itself.",
};

/** Fields of a search that name attributes. */
export const SEARCH_NAMING_FIELDS: readonly string[] = [
  ...["filter", "sort", "facets", "distinct", "attributesToRetrieve", "attributesToSearchOn"],
  ...["attributesToHighlight", "attributesToCrop"],
];

function refuseUnsupported(given: unknown): void {
  for (const [parameter, instead] of Object.entries(UNSUPPORTED)) {
    const value = (given as JsonObject | undefined | null)?.[parameter] ?? null;
    if (value !== null && value !== false) throw notSupported(`The search parameter \`${parameter}\``, instead);
  }
}

function ask(cluster: Cluster, request: ClusterRequest, search: Search & { index: string }): Promise<ScatterResult> {
  const { body } = search.planned;
  const { topology } = cluster;
  return readShards(cluster, {
    index: search.index,
    shards: allShards(cluster),
    call: search.call,
    signal: request.signal,
    request: (node, shards) => ({
      node,
      method: "POST",
      path: `indexes/${search.index}/search`,
      body: JSON.stringify({ ...body, filter: withShardFilter(body["filter"], shardFilter(topology.shards, shards)) }),
      ...callerHeaders(request),
      cutsReserved: true,
    }),
  });
}

async function answer(
  cluster: Cluster,
  request: ClusterRequest,
  search: Search & { result: ScatterResult },
): Promise<ClusterResponse> {
  const { result, call, view } = search;
  const { plan } = search.planned;
  const refusal = refusalOf(result);
  if (refusal !== undefined) return refuse(cluster, request, { response: refusal.response, call });
  requireCoverage(result, call.partial !== false);
  const parts = result.parts.map((part, order) => ({ order, body: part.response.body }));
  const merged = mergeSearch({ request: search.body, plan, view, parts });
  return {
    status: 200,
    body: merged.body as JsonValue,
    meta: readMeta(result, cluster.topology.shards, merged.exactness.reasons),
  };
}

/**
 * The refusal to show, if any. A node that holds no document with an attribute refuses to search on it although others
 * know it: as long as one node answers, those that refuse so have nothing to add.
 */
export function refusalOf({ parts, refusals }: ScatterResult): ScatterPart | undefined {
  const isUnknownAttribute = (part: ScatterPart) =>
    (part.response.body as { code?: string } | undefined)?.code === "invalid_search_attributes_to_search_on";
  if (parts.length > 0 && refusals.every(isUnknownAttribute)) return undefined;
  return refusals[0];
}
