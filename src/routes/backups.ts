import { broadcast } from "./broadcast.ts";
import { enqueued, newHead, partsOf } from "./enqueue.ts";
import { callerHeaders } from "./read.ts";
import type { RouteHandler } from "./route.ts";

/** Type of the task that each path leads to. */
const TYPE_BY_PATH: Readonly<Record<string, string>> = { dumps: "dumpCreation", snapshots: "snapshotCreation" };

/** `POST dumps` and `POST snapshots`: one file on every node, one task whose details list them. */
export const backupRoute: RouteHandler = {
  routes: Object.keys(TYPE_BY_PATH).map((path) => ({ method: "POST", path })),
  async handle(request, context) {
    const type = TYPE_BY_PATH[request.path] ?? "";
    const cluster = await context.cluster();
    const head = newHead(cluster, { indexUid: null, type });
    const result = await broadcast(cluster, {
      ...{ what: type === "dumpCreation" ? "A dump" : "A snapshot", index: type, call: context.call },
      signal: request.signal,
      requests: (node) => [{ node, method: "POST", path: request.path, ...callerHeaders(request) }],
    });
    if (result.kind === "refused") return { status: result.response.status, body: result.response.body };
    cluster.tasks.add({ head, parts: partsOf(result.replies) });
    return { status: 202, body: enqueued(head) };
  },
};
