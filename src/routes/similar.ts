import { physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue } from "../core/types.ts";
import type { ScatterResult } from "../execute/scatter.ts";
import type { SearchView } from "../merge/search-view.ts";
import { withShardFilter } from "../merge/shard-request.ts";
import { mergeSimilar } from "../merge/similar.ts";
import { planSimilar, type SimilarPlan } from "../merge/similar-plan.ts";
import { canonicalId } from "../routing/document-id.ts";
import { DocumentRefusal } from "../routing/document-refusal.ts";
import { shardFilter } from "../routing/reserved.ts";
import { idHash } from "../routing/shard.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { layoutOf } from "./layout.ts";
import { callerHeaders, readMeta, readShards, requireCoverage } from "./read.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import { searchView } from "./search-view.ts";
import { shardsFor } from "./shards-for.ts";
import { bodyOfSimilarQuery } from "./similar-query.ts";
import { asNodeRequest, refuse, refuseMissingIndex } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/**
 * `POST|GET indexes/:uid/similar`: an owner of the document answers for the document's own shard; the others are asked for
 * the neighbours of its vector.
 */
export const similarRoute: RouteHandler = {
  routes: [
    { method: "POST", path: "indexes/:uid/similar" },
    { method: "GET", path: "indexes/:uid/similar" },
  ],
  async handle(request, { path, call, cluster: meet }) {
    const uid = path["uid"] ?? "";
    const whole = await meet();
    const row = await whole.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(whole, request, { uid, call });
    const cluster = layoutOf(whole, row);
    const body = request.method === "GET" ? bodyOfSimilarQuery(request.params) : request.body;
    const id = idOf(body);
    if (id === undefined) return refuse(cluster, request, { response: MALFORMED, call });
    refuseReservedNames(body as JsonObject, ["filter", "attributesToRetrieve"]);
    const view = searchView(row);
    const plan = planSimilar(body as JsonObject, view);
    const shard = idHash(cluster.hasher, id) & (cluster.topology.shards - 1);
    const otherShards = shardsFor(cluster, row, body as JsonObject).filter((other) => other !== shard);
    return answer(cluster, { request, call, index: physicalUid(row), id, shard, otherShards, view, plan });
  },
};

const MALFORMED: NodeResponse = { status: 400, headers: {}, body: undefined };

/** `undefined` when a node should word the refusal. */
function idOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  try {
    return canonicalId((body as JsonObject)["id"]);
  } catch (error) {
    if (error instanceof DocumentRefusal) return undefined;
    throw error;
  }
}

interface Similar {
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  readonly index: string;
  readonly id: string;
  /** The document's own. */
  readonly shard: number;
  /** Further shards that can hold what the filter lets through. */
  readonly otherShards: readonly number[];
  readonly view: SearchView;
  readonly plan: SimilarPlan;
}

async function answer(cluster: Cluster, similar: Similar): Promise<ClusterResponse> {
  const { request, call, shard, view, plan } = similar;
  const [own, found] = await Promise.all([askOwner(cluster, similar), readVectors(cluster, similar)]);
  const [part] = own.result.parts;
  if (part === undefined) return refuseAsOwner(cluster, similar, own);
  const [document] = found.parts;
  if (document === undefined) requireCoverage({ ...found, missing: [shard] }, false);
  const vectors = vectorsAt(document?.response.body, plan.embedder);
  const others = await askOthers(cluster, similar, vectors[0]);
  const [refusal] = others.refusals;
  if (refusal !== undefined) return refuse(cluster, request, { response: refusal.response, call });
  requireCoverage(others, call.partial !== false);
  const merged = mergeSimilar({
    ...{ ...plan, view },
    own: { order: 0, body: part.response.body },
    others: others.parts.map(({ response }, at) => ({ order: at + 1, body: response.body })),
  });
  const reasons = vectors.length > 1 && others.parts.length > 0 ? [SEVERAL_VECTORS, ...merged.reasons] : merged.reasons;
  const meta = readMeta(together(own.result, others), cluster.topology.shards, reasons);
  return { status: 200, body: merged.body, meta };
}

const SEVERAL_VECTORS = "The document has several vectors; other shards were asked for neighbours of the first.";

function together(own: ScatterResult, others: ScatterResult): ScatterResult {
  return {
    ...others,
    parts: [...own.parts, ...others.parts],
    indebted: [...own.indebted, ...others.indebted],
    failures: [...own.failures, ...others.failures],
  };
}

/** What the owners said, and whether one that should know says that there is no such document. */
interface OwnerAnswer {
  readonly result: ScatterResult;
  readonly notFound: NodeResponse | undefined;
}

async function askOwner(cluster: Cluster, { request, call, index, id, shard, plan }: Similar): Promise<OwnerAnswer> {
  let notFound: NodeResponse | undefined;
  const filter = withShardFilter(plan.own["filter"], shardFilter(cluster.topology.shards, [shard]));
  const body = JSON.stringify({ ...plan.own, filter });
  const result = await readShards(cluster, {
    operation: "similar",
    ...{ index, shards: [shard], call, signal: request.signal },
    request: (node) => ({
      ...{ node, method: "POST", path: `indexes/${index}/similar`, body, cutsReserved: true },
      ...callerHeaders(request),
    }),
    isNodeFault(response, node) {
      if (codeOf(response) !== "not_found_similar_id") return false;
      if (!cluster.debts.ledger.owesAny(index, { node: node.id, shard }, [id])) notFound ??= response;
      return true;
    },
  });
  return { result, notFound };
}

/** The owner's refusal of the request as the user sent it: only where the document is, is the rest of it looked at. */
async function refuseAsOwner(
  cluster: Cluster,
  { request, call, index, shard }: Similar,
  { result, notFound }: OwnerAnswer,
): Promise<ClusterResponse> {
  const [refusal] = result.refusals;
  if (refusal === undefined && notFound !== undefined) return { status: notFound.status, body: notFound.body };
  if (refusal === undefined) requireCoverage({ ...result, missing: [shard] }, false);
  const verbatim = await readShards(cluster, {
    operation: "similar",
    ...{ index, shards: [shard], call, signal: request.signal },
    request: (node) => asNodeRequest({ ...request, path: `indexes/${index}/similar` }, node),
  });
  const shown = verbatim.refusals[0]?.response ?? refusal?.response ?? MALFORMED;
  return { status: shown.status, body: wordLogically(shown.body, cluster.registry), headers: shown.headers };
}

/** Asked with the operator's key: who may search may not read documents, and sees nothing of this. */
function readVectors(cluster: Cluster, { request, call, index, id, shard }: Similar): Promise<ScatterResult> {
  return readShards(cluster, {
    operation: "documents",
    ...{ index, shards: [shard], call, signal: request.signal },
    request: (node) => ({
      ...{ node, method: "GET", path: `indexes/${index}/documents/${id}` },
      query: "retrieveVectors=true&fields=_vectors",
      ...cluster.operator.credentials,
    }),
    isNodeFault: (response) => codeOf(response) === "document_not_found",
  });
}

function vectorsAt(document: unknown, embedder: string): readonly JsonValue[] {
  const vectors = (document as { _vectors?: Record<string, { embeddings?: JsonValue[] }> } | undefined)?._vectors;
  return vectors?.[embedder]?.embeddings ?? [];
}

/** Neighbours in all other shards; without a vector there are none, and only the documents are counted. */
function askOthers(cluster: Cluster, similar: Similar, vector: JsonValue | undefined): Promise<ScatterResult> {
  const { request, call, index, otherShards, plan } = similar;
  const { others, embedder } = plan;
  const near = vector === undefined ? { limit: 0 } : { vector, hybrid: { embedder, semanticRatio: 1 } };
  return readShards(cluster, {
    operation: "search",
    ...{ index, shards: otherShards, call, signal: request.signal },
    request(node, shards) {
      const filter = withShardFilter(others["filter"], shardFilter(cluster.topology.shards, shards));
      const body = JSON.stringify({ ...others, ...near, filter });
      return {
        ...{ node, method: "POST", path: `indexes/${index}/search`, body, cutsReserved: true },
        ...callerHeaders(request),
      };
    },
  });
}

function codeOf({ body }: NodeResponse): string | undefined {
  return (body as { code?: string } | undefined)?.code;
}
