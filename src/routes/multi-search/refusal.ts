import { physicalUid } from "../../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject } from "../../core/types.ts";
import { isObject } from "../../merge/answer-shape.ts";
import type { NodeResponse } from "../../transport/transport.ts";
import type { CallOptions, Cluster } from "../cluster.ts";
import { askOneNode, indexNotFound, notSupported } from "../verbatim.ts";
import { wordLogically } from "../wording.ts";

/** A multi-search that is not answered. */
export interface RefusedBatch {
  readonly call: CallOptions;
  /** What a node said to its own form of the request, if one was asked. */
  readonly response?: NodeResponse;
}

/**
 * A refusal in the words of one server: the user's own queries from one node, which finds the first that fails. Indexes
 * that the registry does not know are missing, whatever the node holds under their name.
 */
export async function refuseBatch(
  cluster: Cluster,
  request: ClusterRequest,
  refused: RefusedBatch,
): Promise<ClusterResponse> {
  const logicalUids = new Map<string, string>();
  const missing: { uid: string; position: number }[] = [];
  const toPhysical = async (uid: string, position: number) => {
    const row = await cluster.registry.find(uid);
    if (row === undefined) missing.push({ uid, position });
    else if (physicalUid(row) !== uid) logicalUids.set(physicalUid(row), uid);
    return row === undefined ? uid : physicalUid(row);
  };
  const body = await withPhysicalUids(request.body, toPhysical);
  const own = await askOneNode(cluster, { ...request, body }, refused.call);
  const [first] = missing;
  if (own.status < 400 && first !== undefined) return { status: 400, body: missingInside(first) };
  const shown = own.status >= 400 ? own : refused.response;
  if (shown === undefined || shown.body === undefined) {
    throw notSupported("`POST /multi-search` in this form", "Send what the official client sends.");
  }
  return {
    status: shown.status,
    body: withLogicalUids(wordLogically(shown.body), logicalUids),
    headers: shown.headers,
  };
}

type ToPhysical = (uid: string, position: number) => Promise<string>;

/** The body as the nodes know its indexes; what is no list of queries stays as it is, for a node to refuse. */
async function withPhysicalUids(body: unknown, toPhysical: ToPhysical): Promise<unknown> {
  if (!isObject(body)) return body;
  const { queries, federation } = body;
  const renamed: JsonObject = { ...body };
  if (Array.isArray(queries)) {
    renamed["queries"] = await Promise.all(
      queries.map(async (query, position) => {
        if (!isObject(query) || typeof query["indexUid"] !== "string") return query;
        return { ...query, indexUid: await toPhysical(query["indexUid"], position) };
      }),
    );
  }
  if (isObject(federation) && isObject(federation["facetsByIndex"])) {
    const entries = Object.entries(federation["facetsByIndex"]).map(
      async ([uid, facets]) => [await toPhysical(uid, -1), facets] as const,
    );
    renamed["federation"] = { ...federation, facetsByIndex: Object.fromEntries(await Promise.all(entries)) };
  }
  return renamed;
}

function withLogicalUids(body: unknown, logicalUids: ReadonlyMap<string, string>): unknown {
  if (!isObject(body) || typeof body["message"] !== "string") return body;
  let { message } = body;
  for (const [physical, logical] of logicalUids) message = message.replaceAll(physical, logical);
  return { ...body, message };
}

/** The server's words for an index of a multi-search that does not exist; the status is 400, for the path has no index. */
function missingInside({ uid, position }: { uid: string; position: number }): JsonObject {
  const error = indexNotFound(uid);
  if (position >= 0) return { ...error, message: `Inside \`.queries[${position}]\`: ${error.message}` };
  const note = `\n - Note: index \`${uid}\` is not used in queries`;
  return { ...error, message: `Inside \`.federation.facetsByIndex.${uid}\`: ${error.message}${note}` };
}
