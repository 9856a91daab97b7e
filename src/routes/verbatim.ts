import { physicalUid } from "../cluster/registry.ts";
import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, ClusterResponse, ErrorBody, NodeInfo } from "../core/types.ts";
import { attempt, describeAttempt } from "../execute/attempt.ts";
import { Deadline } from "../execute/deadline.ts";
import type { NodeRequest, NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { callerHeaders, describeFailures } from "./read.ts";
import { DOCUMENTS_PATH } from "./route.ts";
import { wordLogically } from "./wording.ts";

/** The caller's own request, as it would be sent to one server. */
export function asNodeRequest(request: ClusterRequest, node: NodeInfo): NodeRequest {
  const query = new URLSearchParams(request.params).toString();
  const body = request.body === undefined ? {} : { body: bodyText(request) };
  return {
    node,
    method: request.method,
    path: request.path,
    ...(query === "" ? {} : { query }),
    ...body,
    ...(request.contentType === undefined ? {} : { contentType: request.contentType }),
    ...callerHeaders(request),
  };
}

/** Documents may be the text that the caller sent; any other text is a JSON value, such as a setting's. */
function bodyText({ body, path, isText = DOCUMENTS_PATH.test(path) }: ClusterRequest): string {
  return typeof body === "string" && isText ? body : JSON.stringify(body);
}

/**
 * Asks one healthy node the caller's request as it came; for what every node answers alike, and for the server's own
 * words when it refuses something.
 * @throws MiroirError `miroir_shard_unavailable` when no node answers
 */
export async function askOneNode(cluster: Cluster, request: ClusterRequest, call: CallOptions): Promise<NodeResponse> {
  const { health, transport, clock, options } = cluster;
  health.refresh();
  const deadline = Deadline.start(clock, call.timeoutMs ?? options.readTimeoutMs, request.signal);
  const failures = [];
  try {
    const candidates = upToDate(cluster, request).sort(
      (a, b) => Number(health.isSuspect(a.id)) - Number(health.isSuspect(b.id)),
    );
    for (const node of candidates) {
      const sent = asNodeRequest(request, node);
      const timeoutMs = Math.min(options.attemptTimeoutMs, deadline.remainingMs);
      const outcome = await attempt(sent, { transport, clock, signal: deadline.signal, timeoutMs });
      health.observe(node.id, outcome);
      if (outcome.kind === "answered") return outcome.response;
      failures.push(describeAttempt(sent, outcome));
      if (outcome.kind === "aborted") break;
    }
  } finally {
    deadline.end();
  }
  request.signal?.throwIfAborted();
  throw new MiroirError("miroir_shard_unavailable", `No node answers: ${describeFailures(failures)}.`, {
    status: 503,
    attempts: failures,
  });
}

/** The nodes that know all there is to know about what a path names: an index of theirs, every index, or keys and such. */
export function upToDate({ topology, missed }: Cluster, { path }: Pick<ClusterRequest, "path">): NodeInfo[] {
  const [, index] = /^indexes\/([^/]+)/.exec(path) ?? [];
  const isGeneral = path === "indexes" || path === "stats";
  return topology.nodes.filter(({ id }) => {
    if (isGeneral) return !missed.isBehindAnyhow(id);
    return index === undefined ? missed.whyHeld(id) === undefined : !missed.isBehind(id, index);
  });
}

/** A refusal in the words the user would read from one server: the same request without our filter, from one node. */
export async function refuse(
  cluster: Cluster,
  request: ClusterRequest,
  refused: { readonly response: NodeResponse; readonly call: CallOptions },
): Promise<ClusterResponse> {
  const own = await askOneNode(cluster, withPhysicalUid(cluster, request), refused.call);
  const { status, body, headers } = own.status >= 400 ? own : refused.response;
  if (status >= 400 && body === undefined) {
    throw notSupported(`\`${request.method} /${request.path}\` in this form`, "Send what the official client sends.");
  }
  return { status, body: wordLogically(body, cluster.registry), headers };
}

/** The caller's request, its path with the name that the nodes know the index by. */
function withPhysicalUid({ registry }: Cluster, request: ClusterRequest): ClusterRequest {
  const [, uid] = /^indexes\/([^/]+)/.exec(request.path) ?? [];
  const row = uid === undefined ? undefined : registry.peek(uid);
  if (row === undefined) return request;
  return { ...request, path: request.path.replace(/^indexes\/[^/]+/, `indexes/${physicalUid(row)}`) };
}

/** Answers for an index that the registry does not know: the server's 404, or its refusal of the key. */
export async function refuseMissingIndex(
  cluster: Cluster,
  request: ClusterRequest,
  missing: { readonly uid: string; readonly call: CallOptions },
): Promise<ClusterResponse> {
  const own = await askOneNode(cluster, request, missing.call);
  // The nodes may know an index by this name that users know by another: what they say of it is nobody's business.
  const isAnothers = cluster.registry.holderOf(missing.uid) !== undefined && own.status !== 401 && own.status !== 403;
  if (own.status >= 400 && !isAnothers) {
    return { status: own.status, body: wordLogically(own.body, cluster.registry), headers: own.headers };
  }
  return { status: 404, body: indexNotFound(missing.uid) };
}

/** The server's own words for an index that does not exist. */
export function indexNotFound(uid: string): ErrorBody {
  const code = "index_not_found";
  const link = `https://docs.meilisearch.com/errors#${code}`;
  return { message: `Index \`${uid}\` not found.`, code, type: "invalid_request", link };
}

/** The answer to a call that is not served over many nodes. */
export function notSupported(what: string, instead: string): MiroirError {
  return new MiroirError("miroir_not_supported", `${what} is not served over many nodes. ${instead}`, { status: 501 });
}
