import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { refuse } from "./verbatim.ts";

/** A node's refusal of the parameters of a task or batch list, in its own words; `undefined` when it takes them. */
export async function refuseTaskQuery(
  cluster: Cluster,
  request: ClusterRequest,
  call: CallOptions,
): Promise<ClusterResponse | undefined> {
  if (Object.keys(request.params).length === 0) return undefined;
  const response = { status: 200, headers: {}, body: undefined };
  const answer = await refuse(cluster, nodeQuery(request), { response, call });
  return answer.status >= 400 ? answer : undefined;
}

/** Virtual task numbers are larger than a node's: only their form is judged. */
function nodeQuery(request: ClusterRequest): ClusterRequest {
  const params: Record<string, string> = { ...request.params, limit: request.params["limit"] ?? "0" };
  for (const name of ["from", "uids", "batchUids", "canceledBy"]) {
    const value = params[name];
    if (value !== undefined) params[name] = value.replace(/\d{6,}/g, "1");
  }
  return { ...request, params };
}
