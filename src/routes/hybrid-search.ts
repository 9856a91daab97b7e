import type { ClusterRequest, ClusterResponse, JsonObject } from "../core/types.ts";
import type { ScatterPart, ScatterResult } from "../execute/scatter.ts";
import { isKeywordGoodEnough, mergeHybrid } from "../merge/hybrid.ts";
import { type HybridPlan, planHybrid } from "../merge/hybrid-plan.ts";
import type { Part } from "../merge/part.ts";
import type { SearchKind } from "../merge/search-kind.ts";
import type { SearchView } from "../merge/search-view.ts";
import { searchedAnywhere } from "../merge/searched-anywhere.ts";
import { withShardFilter } from "../merge/shard-request.ts";
import { shardFilter } from "../routing/reserved.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { queryVector } from "./query-vector.ts";
import { callerHeaders, readMeta, readShards, requireCoverage } from "./read.ts";
import { isUnknownAttribute, refusalOf } from "./refusal-of.ts";
import { refuse } from "./verbatim.ts";

/** A hybrid search of one index. */
export interface HybridSearch {
  readonly body: JsonObject;
  readonly view: SearchView;
  readonly kind: Extract<SearchKind, { kind: "hybrid" }>;
  readonly index: string;
  /** Shards that can hold what the filter lets through. */
  readonly shards: readonly number[];
  readonly call: CallOptions;
}

interface Halves {
  readonly result: ScatterResult;
  readonly keyword: readonly Part[];
  readonly semantic: readonly Part[];
}

/**
 * Asks nodes for both halves of a hybrid search apart and weaves the merged halves: a node that weighed them by itself
 * would compare only its own. A query without a vector is embedded once, and only when the words are not good enough.
 */
export async function searchHybrid(
  cluster: Cluster,
  request: ClusterRequest,
  search: HybridSearch,
): Promise<ClusterResponse> {
  const { body, view, kind, call } = search;
  const plan = planHybrid(body, kind, view);
  const hasVector = (body["vector"] ?? null) !== null;
  const first = await askHalves(cluster, request, { ...search, plan, vector: hasVector ? body["vector"] : undefined });
  const refusal = refusalOf(first.result);
  if (refusal !== undefined) return refuse(cluster, request, { response: refusal.response, call });
  requireCoverage(first.result, call.partial !== false);
  const merge = { ...plan, request: body, view, semanticRatio: kind.semanticRatio, keyword: first.keyword };
  const isDone = hasVector || isKeywordGoodEnough(merge);
  const halves = isDone ? first : await embedAndAsk(cluster, request, { ...search, plan, first });
  const merged = mergeHybrid({ ...merge, semantic: halves.semantic });
  const meta = readMeta(halves.result, cluster.topology.shards, merged.exactness.reasons);
  return { status: 200, body: merged.body, meta };
}

interface Asked extends HybridSearch {
  readonly plan: HybridPlan;
}

/** Where embedding fails, a server answers by words alone. */
async function embedAndAsk(
  cluster: Cluster,
  request: ClusterRequest,
  search: Asked & { readonly first: Halves },
): Promise<Halves> {
  const { body, index, kind, call, first } = search;
  const found = await queryVector(cluster, request, { body, index, embedder: kind.embedder, call });
  if ("refusal" in found) return first;
  const semantic = semanticQuery(search, found.vector);
  const result = await askQueries(cluster, request, { ...search, queries: [semantic] });
  requireCoverage(result, call.partial !== false);
  const others = await askAnywhere(cluster, request, { ...search, result, semantic });
  return { result, keyword: first.keyword, semantic: partsOf([...result.parts, ...others], -1) };
}

async function askHalves(
  cluster: Cluster,
  request: ClusterRequest,
  search: Asked & { readonly vector: JsonObject[string] | undefined },
): Promise<Halves> {
  const { plan, vector } = search;
  if (vector === undefined) {
    const result = await askQueries(cluster, request, { ...search, queries: [plan.keyword] });
    return { result, keyword: partsOf(result.parts, 0), semantic: [] };
  }
  const semantic = semanticQuery(search, vector);
  const result = await askQueries(cluster, request, { ...search, queries: [plan.keyword, semantic] });
  const others = await askAnywhere(cluster, request, { ...search, result, semantic });
  return { result, keyword: partsOf(result.parts, 0), semantic: partsOf([...result.parts, ...others], -1) };
}

/** A node without the attribute that is searched on has no hits by words, but it has some by vector. */
async function askAnywhere(
  cluster: Cluster,
  request: ClusterRequest,
  search: Asked & { readonly result: ScatterResult; readonly semantic: JsonObject },
): Promise<readonly ScatterPart[]> {
  const { result, semantic } = search;
  const lost = result.refusals.filter(isUnknownAttribute).flatMap((part) => part.shards);
  if (lost.length === 0 || result.parts.length === 0) return [];
  const queries = [searchedAnywhere(semantic)];
  return (await askQueries(cluster, request, { ...search, shards: lost, queries })).parts;
}

function semanticQuery({ plan }: Asked, vector: JsonObject[string]): JsonObject {
  return { ...plan.semantic, vector };
}

/** The answers to one query; -1 is the last. */
function partsOf(parts: readonly ScatterPart[], query: number): Part[] {
  return parts.map(({ response }, order) => {
    const { results } = response.body as { results?: readonly unknown[] };
    return { order, body: results?.at(query) };
  });
}

/** Several searches of the same shards in one request a node. */
function askQueries(
  cluster: Cluster,
  request: ClusterRequest,
  asked: HybridSearch & { readonly queries: readonly JsonObject[] },
): Promise<ScatterResult> {
  const { index, call, queries } = asked;
  return readShards(cluster, {
    operation: "multi-search",
    ...{ index, shards: asked.shards, call, signal: request.signal },
    request(node, shards) {
      const expression = shardFilter(cluster.topology.shards, shards);
      const limited = queries.map((query) => {
        return { indexUid: index, ...query, filter: withShardFilter(query["filter"], expression) };
      });
      const body = JSON.stringify({ queries: limited });
      return { ...{ node, method: "POST", path: "multi-search", body, cutsReserved: true }, ...callerHeaders(request) };
    },
  });
}
