import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";
import { ok, type Reply } from "../http/message.ts";
import { readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { batchView } from "../tasks/batch-view.ts";
import type { Batch, Task } from "../tasks/task.ts";
import { TASK_FILTER_FIELDS, TASK_LIST_FIELDS, type TaskFilter, type TaskListQuery } from "../tasks/task-filter.ts";
import { cut, type NumberedPage, taskPage, visibleTasks, window } from "../tasks/task-list.ts";
import { taskView } from "../tasks/task-view.ts";
import { object } from "../validation/readers.ts";
import { enqueue } from "./enqueue.ts";

const readFilter = object<TaskFilter>(TASK_FILTER_FIELDS);
const readList = object<TaskListQuery>(TASK_LIST_FIELDS);

/** Tasks and batches: list, read, cancel, delete. */
export const taskRoutes: readonly Route[] = [
  { method: "GET", path: "/tasks", action: "tasks.get", handle: listTasks },
  { method: "DELETE", path: "/tasks", action: "tasks.delete", handle: deleteTasks },
  { method: "POST", path: "/tasks/cancel", action: "tasks.cancel", handle: cancelTasks },
  { method: "POST", path: "/tasks/compact", action: "tasks.compact", handle: compactTasks },
  { method: "GET", path: "/tasks/:taskUid", action: "tasks.get", handle: (context) => ok(taskView(taskOf(context))) },
  { method: "GET", path: "/tasks/:taskUid/documents", action: "tasks.get", handle: taskDocuments },
  { method: "GET", path: "/batches", action: "tasks.get", handle: listBatches },
  { method: "GET", path: "/batches/:batchUid", action: "tasks.get", handle: getBatch },
];

function listTasks({ node, request, access }: RouteContext): Reply {
  const query = readQuery(request, readList);
  return ok(pageView(taskPage(node.tasks.tasks(), query, access), taskView));
}

function listBatches(context: RouteContext): Reply {
  const query = readQuery(context.request, readList);
  const matching = visibleBatches(context, query);
  return ok(pageView(cut(window(matching, query), matching.length, query), batchView));
}

function getBatch(context: RouteContext): Reply {
  const uid = numberOf(context.params["batchUid"] ?? "", "Batch", "invalid_batch_uids");
  const batch = visibleBatches(context, {}).find((candidate) => candidate.uid === uid);
  if (batch === undefined) throw new ApiError("batch_not_found", `Batch \`${uid}\` not found.`);
  return ok(batchView(batch));
}

/** Batches with at least one task that matches and that the caller may see. */
function visibleBatches({ node, access }: RouteContext, filter: TaskFilter): Batch[] {
  const { uids, ...taskFilter } = filter;
  const tasks = new Set(visibleTasks(node.tasks.tasks(), taskFilter, access));
  const isNamed = (batch: Batch): boolean => !Array.isArray(uids) || uids.includes(batch.uid);
  return node.tasks.batches().filter((batch) => isNamed(batch) && batch.tasks.some((task) => tasks.has(task)));
}

function taskOf({ node, params, access }: RouteContext): Task {
  const uid = numberOf(params["taskUid"] ?? "", "Task", "invalid_task_uids");
  const task = node.tasks.get(uid);
  if (task === undefined || visibleTasks([task], {}, access).length === 0) {
    throw new ApiError("task_not_found", `Task \`${uid}\` not found.`);
  }
  return task;
}

function taskDocuments(context: RouteContext): Reply {
  context.node.features.require({
    feature: "getTaskDocumentsRoute",
    action: "Getting the documents of an enqueued task",
    name: "get task documents route",
    link: "https://github.com/orgs/meilisearch/discussions/808",
  });
  const task = taskOf(context);
  if (task.plan.documents === undefined || task.finishedAt !== null) {
    throw new ApiError(
      "task_file_not_found",
      `Task \`${task.uid}\` does not contain any documents. Only \`documentAdditionOrUpdate\` tasks with the statuses \`enqueued\` or \`processing\` contain documents`,
    );
  }
  return { status: 200, text: task.plan.documents(), headers: { "content-type": "application/x-ndjson" } };
}

function cancelTasks({ node, request, access }: RouteContext): Reply {
  const matched = matchedTasks({ node, request, access }, "cancel");
  const originalFilter = `?${request.query}`;
  const plan = {
    type: "taskCancelation",
    indexUid: null,
    details: { matchedTasks: matched.length, canceledTasks: null, originalFilter },
    run: (task: Task): JsonObject => ({
      matchedTasks: matched.length,
      canceledTasks: node.tasks.cancel(matched, task),
      originalFilter,
    }),
  } as const;
  return enqueue(node, plan, 200);
}

function deleteTasks({ node, request, access }: RouteContext): Reply {
  const matched = matchedTasks({ node, request, access }, "delete");
  const originalFilter = `?${request.query}`;
  const plan = {
    type: "taskDeletion",
    indexUid: null,
    details: { matchedTasks: matched.length, deletedTasks: null, originalFilter },
    run: (): JsonObject => ({
      matchedTasks: matched.length,
      deletedTasks: node.tasks.forget(matched),
      originalFilter,
    }),
  } as const;
  return enqueue(node, plan, 200);
}

function compactTasks({ node }: RouteContext): Reply {
  node.features.require({
    feature: "taskQueueCompactionRoute",
    action: "Using the /tasks/compact route",
    name: "task queue compaction route",
    link: "https://github.com/orgs/meilisearch/discussions/883",
  });
  const actionRequired = "you must restart your instance";
  return ok({ preSize: "0 B", postSize: "0 B", status: "succeeded", actionRequired });
}

function matchedTasks(context: Pick<RouteContext, "node" | "request" | "access">, verb: "cancel" | "delete"): Task[] {
  const filter = readQuery(context.request, readFilter);
  if (Object.keys(filter).length === 0) {
    throw new ApiError(
      "missing_task_filters",
      `Query parameters to filter the tasks to ${verb} are missing. Available query parameters are: \`uids\`, \`indexUids\`, \`statuses\`, \`types\`, \`canceledBy\`, \`beforeEnqueuedAt\`, \`afterEnqueuedAt\`, \`beforeStartedAt\`, \`afterStartedAt\`, \`beforeFinishedAt\`, \`afterFinishedAt\`.`,
    );
  }
  return visibleTasks(context.node.tasks.tasks(), filter, context.access);
}

function numberOf(text: string, noun: string, code: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 0xffff_ffff) return Number(text);
  throw new ApiError(code, `${noun} uid \`${text}\` is invalid. It should only contain numeric characters.`);
}

function pageView<T>(page: NumberedPage<T>, view: (item: T) => JsonValue): JsonObject {
  const { results, total, limit, from, next } = page;
  return { results: results.map(view), total, limit, from, next };
}
