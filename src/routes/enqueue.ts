import type { ClusterResponse, JsonObject } from "../core/types.ts";
import type { WriteReply } from "../execute/write.ts";
import type { TaskHead } from "../merge/tasks.ts";
import { timeOfTask } from "../tasks/task-uid.ts";
import type { NodeTaskRef } from "../tasks/virtual-task.ts";
import type { Cluster } from "./cluster.ts";

/** The server's answer to an accepted write. */
export function enqueued(head: TaskHead): JsonObject {
  return {
    taskUid: head.uid,
    indexUid: head.indexUid,
    status: "enqueued",
    type: head.type,
    enqueuedAt: head.enqueuedAt,
    ...(head.customMetadata === undefined ? {} : { customMetadata: head.customMetadata }),
  };
}

/** A new virtual task's fixed part; its date is the number's, so that every process shows the same. */
export function newHead(cluster: Cluster, head: Omit<TaskHead, "uid" | "enqueuedAt">): TaskHead {
  const uid = cluster.taskUids.next();
  return { uid, enqueuedAt: new Date(timeOfTask(uid)).toISOString(), ...head };
}

/** The node tasks behind the replies to a write. */
export function partsOf(replies: readonly WriteReply[]): NodeTaskRef[] {
  return replies.flatMap(({ node, taskUids }) => taskUids.map((taskUid) => ({ node, taskUid })));
}

/** How a task that no node was asked for ended. */
export interface LocalOutcome {
  readonly status: "succeeded" | "failed";
  readonly details?: JsonObject;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Accepts a call whose outcome is known without any node: the task is there at once, finished. */
export function finishLocally(cluster: Cluster, head: TaskHead, outcome: LocalOutcome): ClusterResponse {
  const { error } = outcome;
  const view: JsonObject = {
    uid: head.uid,
    batchUid: head.uid,
    indexUid: head.indexUid,
    status: outcome.status,
    type: head.type,
    canceledBy: null,
    ...(outcome.details === undefined ? {} : { details: outcome.details }),
    error: error === undefined ? null : { ...error, type: "invalid_request", link: errorLink(error.code) },
    duration: "PT0S",
    enqueuedAt: head.enqueuedAt,
    startedAt: head.enqueuedAt,
    finishedAt: head.enqueuedAt,
    ...(head.customMetadata === undefined ? {} : { customMetadata: head.customMetadata }),
  };
  cluster.tasks.addFinished(view, head);
  return { status: 202, body: enqueued(head) };
}

function errorLink(code: string): string {
  return code.startsWith("miroir_") ? `docs/errors.md#${code}` : `https://docs.meilisearch.com/errors#${code}`;
}
