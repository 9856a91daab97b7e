import type { ErrorBody } from "../core/types.ts";
import { filterTasks } from "../tasks/task-filter.ts";
import type { RouteHandler } from "./route.ts";
import { refuseTaskQuery } from "./task-query.ts";
import { taskRights } from "./task-rights.ts";
import { refuse } from "./verbatim.ts";

/** `GET tasks/:taskUid` */
export const taskRoute: RouteHandler = {
  routes: [{ method: "GET", path: "tasks/:taskUid" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const uid = Number(context.path["taskUid"]);
    if (!Number.isSafeInteger(uid) || uid < 0) {
      return refuse(cluster, request, { response: { status: 400, headers: {}, body: undefined }, call: context.call });
    }
    const rights = await taskRights(cluster, request, context.call);
    if ("refusal" in rights) return rights.refusal;
    const view = await cluster.tasks.view(uid);
    return view === undefined || !rights.sees(view["indexUid"])
      ? { status: 404, body: taskNotFound(uid) }
      : { status: 200, body: view };
  },
};

/** `GET tasks`: the tasks of all processes, newest first. */
export const tasksRoute: RouteHandler = {
  routes: [{ method: "GET", path: "tasks" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const refusal = await refuseTaskQuery(cluster, request, context.call);
    if (refusal !== undefined) return refusal;
    const rights = await taskRights(cluster, request, context.call);
    if ("refusal" in rights) return rights.refusal;
    const views = (await cluster.tasks.views()).filter((view) => rights.sees(view["indexUid"]));
    return { status: 200, body: filterTasks(views, request.params) };
  },
};

/** The server's own words for a task that does not exist. */
export function taskNotFound(uid: number): ErrorBody {
  const code = "task_not_found";
  const link = `https://docs.meilisearch.com/errors#${code}`;
  return { message: `Task \`${uid}\` not found.`, code, type: "invalid_request", link };
}
