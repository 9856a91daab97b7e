import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { askOneNode, notSupported } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/** A uid that no index can have: a node reads parameters and body before it looks at the uid, and then stops. */
const NOBODY = "%20";

/**
 * Lets one node judge the method, the parameters, the body and its types without changing anything: the same request for
 * a uid that cannot exist is refused for one of those, in the server's own words, or because of the uid: `undefined`.
 */
export async function rehearse(
  cluster: Cluster,
  request: ClusterRequest,
  call: CallOptions,
): Promise<NodeResponse | undefined> {
  const path = request.path.replace(/^indexes\/[^/]+/, `indexes/${NOBODY}`);
  const { authorization } = cluster.operator;
  const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
  const response = await askOneNode(cluster, { ...request, path, headers }, call);
  return (response.body as { code?: string } | undefined)?.code === "invalid_index_uid" ? undefined : response;
}

/**
 * Refuses a write in the server's words. Never by sending it to a node as it is: what a node accepts after all would be
 * there and on no other replica.
 * @throws MiroirError `miroir_not_supported` when a server would accept it
 */
export async function refuseWrite(
  cluster: Cluster,
  request: ClusterRequest,
  call: CallOptions,
): Promise<ClusterResponse> {
  const refusal = await rehearse(cluster, request, call);
  if (refusal === undefined || refusal.status < 400) {
    throw notSupported(
      `\`${request.method} /${request.path}\` in this form`,
      "Leave out what the official client does not send.",
    );
  }
  return { status: refusal.status, body: wordLogically(refusal.body), headers: refusal.headers };
}
