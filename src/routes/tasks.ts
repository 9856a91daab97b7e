import type { ClusterRequest, ErrorBody, JsonObject } from "../core/types.ts";
import { filterTasks } from "../tasks/task-filter.ts";
import type { RouteHandler } from "./route.ts";
import { taskRights } from "./task-rights.ts";
import { refuse } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

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
      : { status: 200, body: shown(view) };
  },
};

/** `GET tasks`: the tasks of this process, newest first. */
export const tasksRoute: RouteHandler = {
  routes: [{ method: "GET", path: "tasks" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const isValid = await areParametersValid(request, () =>
      refuse(cluster, nodeQuery(request), {
        response: { status: 200, headers: {}, body: undefined },
        call: context.call,
      }),
    );
    if (isValid !== undefined) return isValid;
    const rights = await taskRights(cluster, request, context.call);
    if ("refusal" in rights) return rights.refusal;
    const views = (await cluster.tasks.views()).filter((view) => rights.sees(view["indexUid"]));
    const body = filterTasks(views, request.params);
    body["results"] = (body["results"] as JsonObject[]).map(shown);
    return { status: 200, body };
  },
};

/** A node judges the parameters, in its own words; its own tasks are of no interest. */
async function areParametersValid(
  request: ClusterRequest,
  ask: () => ReturnType<typeof refuse>,
): Promise<Awaited<ReturnType<typeof refuse>> | undefined> {
  if (Object.keys(request.params).length === 0) return undefined;
  const answer = await ask();
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

function shown(view: JsonObject): JsonObject {
  const { error } = view;
  return error === null || error === undefined ? view : { ...view, error: wordLogically(error) };
}

function taskNotFound(uid: number): ErrorBody {
  const code = "task_not_found";
  const link = `https://docs.meilisearch.com/errors#${code}`;
  return { message: `Task \`${uid}\` not found.`, code, type: "invalid_request", link };
}
