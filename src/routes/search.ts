import { physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue } from "../core/types.ts";
import type { ScatterResult } from "../execute/scatter.ts";
import { planAlone } from "../merge/alone-request.ts";
import { isObject } from "../merge/answer-shape.ts";
import { mergeSearch } from "../merge/search.ts";
import { type SearchKind, searchKind } from "../merge/search-kind.ts";
import type { SearchView } from "../merge/search-view.ts";
import { planSearch, type ShardSearch, withShardFilter } from "../merge/shard-request.ts";
import { withVector } from "../merge/with-vector.ts";
import { shardFilter } from "../routing/reserved.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { searchHybrid } from "./hybrid-search.ts";
import { layoutOf } from "./layout.ts";
import { queryVector } from "./query-vector.ts";
import { callerHeaders, readMeta, readShards, requireCoverage } from "./read.ts";
import { refusalOf } from "./refusal-of.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import { bodyOfQuery } from "./search-query.ts";
import { searchRulesOf } from "./search-rules-view.ts";
import { searchView } from "./search-view.ts";
import { shardsFor } from "./shards-for.ts";
import { notSupported, refuse, refuseMissingIndex } from "./verbatim.ts";

/** `POST|GET indexes/:uid/search`: asks one replica of every shard and merges the answers rule by rule. */
export const searchRoute: RouteHandler = {
  routes: [
    { method: "POST", path: "indexes/:uid/search" },
    { method: "GET", path: "indexes/:uid/search" },
  ],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    const whole = await context.cluster();
    const row = await whole.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(whole, request, { uid, call: context.call });
    const cluster = layoutOf(whole, row);
    refuseUnsupported(request.method === "GET" ? request.params : request.body);
    const body = searchBody(request);
    // A body that is no object has no meaning to split: one node words the refusal.
    if (body === undefined) return refuse(cluster, request, { response: MALFORMED, call: context.call });
    refuseReservedNames(body, SEARCH_NAMING_FIELDS);
    const view = searchView(row, searchRulesOf(whole, row));
    const kind = searchKind(body, row.settings["embedders"] as JsonObject);
    const shards = shardsFor(cluster, row, body);
    const semantic = { body, view, call: context.call, index: physicalUid(row), shards };
    const answered = await searchBy(kind, { cluster, request, semantic });
    return { ...answered, body: named(answered.body, uid) };
  },
};

async function searchBy(
  kind: SearchKind,
  asked: { readonly cluster: Cluster; readonly request: ClusterRequest; readonly semantic: Search },
): Promise<ClusterResponse> {
  const { cluster, request, semantic } = asked;
  if (kind.kind === "hybrid") return searchHybrid(cluster, request, { ...semantic, kind });
  if (kind.kind === "keyword") return search(cluster, request, semantic);
  const vector = await queryVector(cluster, request, { ...semantic, embedder: kind.embedder });
  if ("refusal" in vector) return refuse(cluster, request, { response: vector.refusal, call: semantic.call });
  return search(cluster, request, { ...semantic, body: withVector(semantic.body, vector.vector) });
}

/** An answer whose metadata, if it has any, names the index as users do. */
function named(body: ClusterResponse["body"], uid: string): ClusterResponse["body"] {
  const metadata = isObject(body) ? body["metadata"] : undefined;
  return isObject(body) && isObject(metadata) ? { ...body, metadata: { ...metadata, indexUid: uid } } : body;
}

interface Search {
  readonly body: JsonObject;
  readonly view: SearchView;
  readonly index: string;
  /** Shards that can hold what the filter lets through. */
  readonly shards: readonly number[];
  readonly call: CallOptions;
}

/** A search whose every node does the same: by words, or by a vector that is known. */
async function search(cluster: Cluster, request: ClusterRequest, asked: Search): Promise<ClusterResponse> {
  const { body, view } = asked;
  const planned = {
    ...asked,
    shared: planSearch(body, view),
    alone: planAlone(body, view),
  };
  const result = await ask(cluster, request, planned);
  return answer(cluster, request, { ...planned, result });
}

interface PlannedSearch extends Search {
  /** What each of several nodes is asked. */
  readonly shared: ShardSearch;
  /** What a node is asked that answers for all shards, where that is less. */
  readonly alone: ShardSearch | undefined;
}

/** A node that fails is replaced by one for all its shards or by several, so each request is decided by its own shards. */
function plannedFor({ shards, shared, alone }: PlannedSearch, asked: readonly number[]): ShardSearch {
  return asked.length === shards.length && alone !== undefined ? alone : shared;
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

function ask(cluster: Cluster, request: ClusterRequest, search: PlannedSearch): Promise<ScatterResult> {
  const { index, shards, call } = search;
  return readShards(cluster, {
    ...{ operation: "search", index, shards, call, signal: request.signal },
    request: (node, asked) => {
      const { body } = plannedFor(search, asked);
      const filter = withShardFilter(body["filter"], shardFilter(cluster.topology.shards, asked));
      return {
        ...{ node, method: "POST", path: `indexes/${index}/search`, cutsReserved: true },
        body: JSON.stringify({ ...body, filter }),
        ...callerHeaders(request),
      };
    },
  });
}

async function answer(
  cluster: Cluster,
  request: ClusterRequest,
  search: PlannedSearch & { readonly result: ScatterResult },
): Promise<ClusterResponse> {
  const { result, call, view } = search;
  const refusal = refusalOf(result);
  if (refusal !== undefined) return refuse(cluster, request, { response: refusal.response, call });
  requireCoverage(result, call.partial !== false);
  const [first] = result.parts;
  const { plan } = plannedFor(search, result.parts.length === 1 ? (first?.shards ?? []) : []);
  const parts = result.parts.map((part, order) => ({ order, body: part.response.body }));
  const merged = mergeSearch({ request: search.body, plan, view, parts });
  return {
    status: 200,
    body: merged.body as JsonValue,
    meta: readMeta(result, cluster.topology.shards, merged.exactness.reasons),
  };
}
