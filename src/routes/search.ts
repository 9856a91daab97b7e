import { physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue } from "../core/types.ts";
import { isObject } from "../merge/answer-shape.ts";
import { markCutOff } from "../merge/cut-off.ts";
import { presentSearch } from "../merge/search.ts";
import { type SearchKind, searchKind } from "../merge/search-kind.ts";
import { SearchPlans } from "../merge/search-plans.ts";
import type { SearchView } from "../merge/search-view.ts";
import { withVector } from "../merge/with-vector.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { searchHybrid } from "./hybrid-search.ts";
import { layoutOf } from "./layout.ts";
import { queryVector } from "./query-vector.ts";
import { readMeta } from "./read.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import { gatherHits } from "./search/gather-hits.ts";
import { budgetEnd } from "./search/node-search.ts";
import { searchKey } from "./search/search-key.ts";
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
    const search = (own: ClusterRequest) => searchBy(kind, { cluster, request: own, semantic });
    const { sharedSearches } = cluster;
    const key = sharedSearches && searchKey(cluster, request, { row, call: context.call });
    const answered = await (sharedSearches?.answer(key, request, search) ?? search(request));
    const { meta, body: found } = answered;
    if (meta === undefined || !isObject(found)) return answered;
    return { ...answered, body: named(found, uid), meta: markCutOff(meta, found, row.settings["searchCutoffMs"]) };
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
function named(body: JsonObject, uid: string): JsonObject {
  const { metadata } = body;
  return isObject(metadata) ? { ...body, metadata: { ...metadata, indexUid: uid } } : body;
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
  const { body, view, index, shards, call } = asked;
  const widening = cluster.options.adaptiveLimits ? cluster.widening.of(index) : undefined;
  const plans = new SearchPlans({ request: body, view, shards: shards.length, widening });
  const endsAtMs = budgetEnd(cluster, call);
  const gathered = await gatherHits({ cluster, request, index, shards, call, endsAtMs }, plans);
  if ("refusal" in gathered) return refuse(cluster, request, { response: gathered.refusal.response, call });
  const { result, plan, bodies, merged, work } = gathered;
  const answer = presentSearch({ request: body, plan, view }, bodies, merged);
  const meta = readMeta(result, cluster.topology.shards, answer.exactness.reasons);
  return { status: 200, body: answer.body as JsonValue, meta: { ...meta, search: work } };
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
