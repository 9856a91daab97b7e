import type { Meta } from "../core/meta.ts";
import type { ErrorBody, JsonObject, JsonValue } from "../core/types.ts";
import { OperatorCallFailed } from "../execute/operator.ts";
import { batchOf, slowestProgress } from "../merge/batch.ts";
import { filterTasks } from "../tasks/task-filter.ts";
import type { Cluster } from "./cluster.ts";
import type { RouteHandler } from "./route.ts";
import { refuseTaskQuery } from "./task-query.ts";
import { taskRights } from "./task-rights.ts";
import { refuse } from "./verbatim.ts";

/** A node's batches hold other tasks than a single server's would. */
const META: Meta = { nodes: [], degraded: false, exact: false, reasons: ["batches"], failures: [] };

/** `GET batches/:uid` */
export const batchRoute: RouteHandler = {
  routes: [{ method: "GET", path: "batches/:uid" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const uid = Number(context.path["uid"]);
    if (!/^\d+$/.test(context.path["uid"] ?? "") || !Number.isSafeInteger(uid)) {
      return refuse(cluster, request, { response: { status: 400, headers: {}, body: undefined }, call: context.call });
    }
    const rights = await taskRights(cluster, request, context.call);
    if ("refusal" in rights) return rights.refusal;
    const view = await cluster.tasks.view(uid);
    return view === undefined || !hasBatch(view) || !rights.sees(view["indexUid"])
      ? { status: 404, body: batchNotFound(uid) }
      : { status: 200, body: await toBatch(cluster, view), meta: META };
  },
};

/** `GET batches`: one for each task that has begun, newest first. */
export const batchesRoute: RouteHandler = {
  routes: [{ method: "GET", path: "batches" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const refusal = await refuseTaskQuery(cluster, request, context.call);
    if (refusal !== undefined) return refusal;
    const rights = await taskRights(cluster, request, context.call);
    if ("refusal" in rights) return rights.refusal;
    const views = (await cluster.tasks.views()).filter((view) => hasBatch(view) && rights.sees(view["indexUid"]));
    const page = filterTasks(views, request.params);
    const results = await Promise.all((page["results"] as JsonObject[]).map((view) => toBatch(cluster, view)));
    return { status: 200, body: { ...page, results }, meta: META };
  },
};

function hasBatch({ batchUid }: JsonObject): boolean {
  return batchUid !== null;
}

async function toBatch(cluster: Cluster, view: JsonObject): Promise<JsonObject> {
  return batchOf(view, view["status"] === "processing" ? await progressOf(cluster, view["uid"] as number) : null);
}

async function progressOf({ tasks, operator }: Cluster, uid: number): Promise<JsonValue> {
  const running = (await tasks.partsOf(uid)).filter(({ task }) => task["status"] === "processing");
  const progresses = running.map(async ({ node, task }) => {
    try {
      const { body } = await operator.ask(node, { method: "GET", path: `batches/${task["batchUid"]}` });
      return (body as JsonObject)["progress"] ?? null;
    } catch (error) {
      if (error instanceof OperatorCallFailed) return null; // the others tell theirs
      throw error;
    }
  });
  return slowestProgress(await Promise.all(progresses));
}

function batchNotFound(uid: number): ErrorBody {
  const code = "batch_not_found";
  const link = `https://docs.meilisearch.com/errors#${code}`;
  return { message: `Batch \`${uid}\` not found.`, code, type: "invalid_request", link };
}
