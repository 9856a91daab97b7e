import type { ClusterRequest, JsonObject, JsonValue } from "../core/types.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { allShards, callerHeaders, readShards, requireCoverage } from "./read.ts";

/** A search that needs the vector of its query. */
export interface VectorQuestion {
  readonly body: JsonObject;
  readonly index: string;
  readonly embedder: string;
  readonly call: CallOptions;
}

/**
 * The vector of a query: the user's own, or what one node's embedder makes of it. Asking one node costs one embedding
 * instead of one a node, and providers do not always answer alike.
 */
export async function queryVector(
  cluster: Cluster,
  request: ClusterRequest,
  { body, index, embedder, call }: VectorQuestion,
): Promise<{ readonly vector: JsonValue } | { readonly refusal: NodeResponse }> {
  const { q = null, media = null, vector = null } = body;
  if (vector !== null) return { vector };
  const shards = allShards(cluster);
  const shard = shards[Math.floor(cluster.random.fraction() * shards.length)] ?? 0;
  const sent = { q, media, hybrid: { embedder, semanticRatio: 1 }, retrieveVectors: true, limit: 0 };
  const result = await readShards(cluster, {
    operation: "search",
    ...{ index, shards: [shard], call, signal: request.signal },
    request: (node) => ({
      ...{ node, method: "POST", path: `indexes/${index}/search`, body: JSON.stringify(sent) },
      ...callerHeaders(request),
    }),
  });
  const [refused] = result.refusals;
  if (refused !== undefined) return { refusal: refused.response };
  if (result.parts.length === 0) requireCoverage(result, false);
  const found = (result.parts[0]?.response.body as JsonObject | undefined)?.["queryVector"];
  return found === undefined ? { refusal: NO_VECTOR } : { vector: found };
}

const NO_VECTOR: NodeResponse = { status: 400, headers: {}, body: undefined };
