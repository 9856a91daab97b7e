import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, NodeInfo } from "../core/types.ts";
import { OperatorCallFailed } from "../execute/operator.ts";
import { matchingTasks } from "../tasks/task-filter.ts";
import type { VirtualTask } from "../tasks/virtual-task.ts";
import type { NodeRequest } from "../transport/transport.ts";
import { broadcast } from "./broadcast.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { enqueued, finishLocally, newHead, partsOf } from "./enqueue.ts";
import { callerHeaders } from "./read.ts";
import type { RouteHandler } from "./route.ts";
import { refuseTaskQuery } from "./task-query.ts";
import { taskRights } from "./task-rights.ts";
import { askOneNode } from "./verbatim.ts";

/** `POST tasks/cancel` and `DELETE tasks` */
export const taskRemovalRoute: RouteHandler = {
  routes: [
    { method: "POST", path: "tasks/cancel" },
    { method: "DELETE", path: "tasks" },
  ],
  async handle(request, { call, cluster: meet }) {
    const cluster = await meet();
    const refusal = (await refuseFilter(cluster, request, call)) ?? (await refuseKey(cluster, request, call));
    if (refusal !== undefined) return refusal;
    const rights = await taskRights(cluster, request, call);
    if ("refusal" in rights) return rights.refusal;
    const seen = (await cluster.tasks.views()).filter((view) => rights.sees(view["indexUid"]));
    const matched = matchingTasks(seen, request.params);
    const isDeletion = request.method === "DELETE";
    return remove(cluster, { request, call, matched: isDeletion ? await whenDone(cluster, matched) : matched });
  },
};

/** Longest wait for tasks that are to be deleted and still under way, in milliseconds. */
const DELETION_PATIENCE_MS = 2000;

/** The same tasks a little later: a server's queue ends what it is at before it deletes tasks, and so deletes that too. */
async function whenDone({ clock, tasks }: Cluster, matched: readonly JsonObject[]): Promise<readonly JsonObject[]> {
  const uids = new Set(matched.map(({ uid }) => uid));
  let latest = matched;
  const startedAt = clock.monotonic();
  for (let pauseMs = 10; latest.some(isOpen); pauseMs = Math.min(2 * pauseMs, 200)) {
    if (clock.monotonic() - startedAt + pauseMs > DELETION_PATIENCE_MS) break;
    await clock.sleep(pauseMs);
    latest = (await tasks.views()).filter(({ uid }) => uids.has(uid));
  }
  return latest;
}

/** Filters that a cancelation or deletion takes. */
const FILTERS = new Set([
  ...["uids", "batchUids", "canceledBy", "types", "statuses", "indexUids"],
  ...["EnqueuedAt", "StartedAt", "FinishedAt"].flatMap((date) => [`before${date}`, `after${date}`]),
]);

/** A wrong filter is refused by a node, which then does nothing. */
async function refuseFilter(
  cluster: Cluster,
  request: ClusterRequest,
  call: CallOptions,
): Promise<ClusterResponse | undefined> {
  const names = Object.keys(request.params);
  const isWrong = names.length === 0 || names.some((name) => !FILTERS.has(name));
  const listing: ClusterRequest = { ...request, method: "GET", path: "tasks" };
  if (!isWrong && (await refuseTaskQuery(cluster, listing, call)) === undefined) return undefined;
  const { status, body, headers } = await askOneNode(cluster, request, call);
  return { status, body, headers };
}

/** Names no node's task: their numbers do not go so far. */
const NO_TASK = "4294967295";

/** A node judges the caller's key, by a call that changes nothing, before other processes are told of anything. */
async function refuseKey(
  cluster: Cluster,
  request: ClusterRequest,
  call: CallOptions,
): Promise<ClusterResponse | undefined> {
  if (request.headers["authorization"] === cluster.operator.authorization) return undefined;
  const { status, body, headers } = await askOneNode(cluster, { ...request, params: { uids: NO_TASK } }, call);
  return status >= 400 && !saysFull(body) ? { status, body, headers } : undefined;
}

/** A node without room in its queue takes no more than what makes some: a deletion of tasks that are there. */
function saysFull(body: unknown): boolean {
  return (body as { code?: string } | null | undefined)?.code === "no_space_left_on_device";
}

interface Removal {
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  readonly matched: readonly JsonObject[];
}

/**
 * Operations that every node must make alike: once accepted they are not canceled, since some nodes may have made them
 * already.
 */
const KEPT = /^(settingsUpdate|index(Creation|Update|Deletion|Swap)|dsr\w+|task\w+)$/;

async function remove(cluster: Cluster, { request, call, matched }: Removal): Promise<ClusterResponse> {
  const isCancelation = request.method === "POST";
  const type = isCancelation ? "taskCancelation" : "taskDeletion";
  const result = isCancelation ? "canceledTasks" : "deletedTasks";
  const originalFilter = `?${new URLSearchParams(request.params)}`;
  const details = { matchedTasks: matched.length, [result]: null, originalFilter };
  const head = newHead(cluster, { indexUid: null, type, details });
  const affected = matched.filter((view) => isOpen(view) === isCancelation && !(isCancelation && isKept(view)));
  if (affected.length === 0) {
    return {
      ...finishLocally(cluster, head, { status: "succeeded", details: { ...details, [result]: 0 } }),
      status: 200,
    };
  }
  const targets = affected.map((view) => view["uid"] as number);
  const taskUidsByNode = nodeTasksOf(cluster, targets);
  const task: VirtualTask = { head, parts: [], targets };
  const telling = await tellTargets(cluster, task);
  const answer = await broadcast(cluster, {
    ...{ what: isCancelation ? "Canceling tasks" : "Deleting tasks", index: "tasks", call, signal: request.signal },
    concerns: (node) => taskUidsByNode.size === 0 || taskUidsByNode.has(node),
    requests: (node) => requestsFor(node, taskUidsByNode.get(node) ?? [], request),
  });
  if (answer.kind === "refused") return { status: answer.response.status, body: answer.response.body };
  cluster.tasks.add({ ...task, parts: partsOf(answer.replies), ...telling });
  return { status: 200, body: enqueued(head) };
}

/**
 * Tells every process what a removal is about, before it is made. Where no queue has room for the note, a deletion of tasks
 * is the way to make some, and is told of once it is done.
 */
async function tellTargets({ tasks }: Cluster, task: VirtualTask): Promise<Pick<VirtualTask, "notes" | "onSettled">> {
  try {
    return { notes: await tasks.announceTargets(task) };
  } catch (error) {
    if (task.head.type !== "taskDeletion" || !isForWantOfRoom(error)) throw error;
    // A process that is never told goes on showing tasks that it has seen the end of, and that is all.
    return { onSettled: () => tasks.announceTargets(task).then(ignore, ignore) };
  }
}

function ignore(): void {}

function isForWantOfRoom(error: unknown): boolean {
  const reason = error instanceof MiroirError ? error.reason : undefined;
  const outcome = reason instanceof OperatorCallFailed ? reason.outcome : undefined;
  return outcome?.kind === "answered" && saysFull(outcome.response.body);
}

function isOpen({ status }: JsonObject): boolean {
  return status === "enqueued" || status === "processing";
}

function isKept({ type }: JsonObject): boolean {
  return KEPT.test(String(type));
}

function nodeTasksOf({ tasks }: Cluster, targets: readonly number[]): Map<NodeInfo, number[]> {
  const taskUidsByNode = new Map<NodeInfo, number[]>();
  for (const { node, taskUid } of targets.flatMap((uid) => tasks.refsOf(uid))) {
    const taskUids = taskUidsByNode.get(node);
    if (taskUids === undefined) taskUidsByNode.set(node, [taskUid]);
    else taskUids.push(taskUid);
  }
  return taskUidsByNode;
}

/** Most numbers in one request: they are in its address. */
const NUMBERS_PER_REQUEST = 4000;

function requestsFor(node: NodeInfo, taskUids: readonly number[], request: ClusterRequest): NodeRequest[] {
  const lists: string[] = [];
  for (let at = 0; at < taskUids.length; at += NUMBERS_PER_REQUEST) {
    lists.push(taskUids.slice(at, at + NUMBERS_PER_REQUEST).join());
  }
  if (lists.length === 0) lists.push(NO_TASK);
  const { method, path } = request;
  return lists.map((uids) => ({ ...callerHeaders(request), node, method, path, query: `uids=${uids}` }));
}
