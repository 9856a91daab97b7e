import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import type { TaskHead } from "../merge/tasks.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { finishLocally, type LocalOutcome } from "./enqueue.ts";
import { askOneNode } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/** A write of documents whose outcome is known without any node. */
export interface UnaskedWrite {
  readonly head: TaskHead;
  readonly outcome: LocalOutcome;
  readonly request: ClusterRequest;
  readonly call: CallOptions;
}

/** Accepts a write of documents that has nothing to do on any node, once one of them has judged the caller's key. */
export async function finishUnasked(cluster: Cluster, write: UnaskedWrite): Promise<ClusterResponse> {
  return (await refusalOfKey(cluster, write)) ?? finishLocally(cluster, write.head, write.outcome);
}

/** No JSON: a node looks at the key first, and then does nothing. */
const MALFORMED = "{";

async function refusalOfKey(
  cluster: Cluster,
  { head, request, call }: UnaskedWrite,
): Promise<ClusterResponse | undefined> {
  const { operator } = cluster;
  // A key that writes miroir's own records may write documents.
  if (request.headers["authorization"] === operator.authorization && !operator.isSearchOnly) return undefined;
  const documents = `indexes/${encodeURIComponent(head.indexUid ?? "")}/documents`;
  const { status, body, headers } = await askOneNode(
    cluster,
    {
      ...{ ...request, method: "POST", params: {}, body: MALFORMED, isText: true, contentType: "application/json" },
      path: head.type === "documentDeletion" ? `${documents}/delete-batch` : documents,
    },
    call,
  );
  return status === 401 || status === 403
    ? { status, body: wordLogically(body, cluster.registry), headers }
    : undefined;
}
