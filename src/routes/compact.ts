import { physicalUid } from "../cluster/registry.ts";
import { broadcast } from "./broadcast.ts";
import { enqueued, finishLocally, newHead, partsOf } from "./enqueue.ts";
import { requireOwnName } from "./index-lifecycle.ts";
import { callerHeaders } from "./read.ts";
import type { RouteHandler } from "./route.ts";
import { indexNotFound } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/** `POST indexes/:uid/compact`: on every node, one task; its sizes are what all nodes use together. */
export const compactRoute: RouteHandler = {
  routes: [{ method: "POST", path: "indexes/:uid/compact" }],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    requireOwnName(uid);
    const cluster = await context.cluster();
    const head = newHead(cluster, { indexUid: uid, type: "indexCompaction" });
    const row = await cluster.registry.find(uid);
    if (row === undefined && cluster.registry.holderOf(uid) !== undefined) {
      return finishLocally(cluster, head, { status: "failed", details: {}, error: indexNotFound(uid) });
    }
    const index = row === undefined ? uid : physicalUid(row);
    const result = await broadcast(cluster, {
      ...{ what: `Compacting index \`${uid}\``, index, call: context.call, signal: request.signal },
      requests: (node) => [
        { node, method: "POST", path: `indexes/${encodeURIComponent(index)}/compact`, ...callerHeaders(request) },
      ],
    });
    if (result.kind === "refused") {
      const { status, body, headers } = result.response;
      return { status, body: wordLogically(body, cluster.registry), headers };
    }
    cluster.tasks.add({ head, parts: partsOf(result.replies) });
    return { status: 202, body: enqueued(head) };
  },
};
