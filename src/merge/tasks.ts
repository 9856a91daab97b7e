import { errorBody } from "../core/errors.ts";
import type { JsonObject, JsonValue } from "../core/types.ts";
import { isObject } from "./answer-shape.ts";
import { durationBetween, earliest, latest } from "./instant.ts";
import { mergeTaskDetails } from "./task-details.ts";
import { isFinal, type TaskStatus, virtualStatus } from "./task-status.ts";
import type { TaskHead, TaskMerge, TaskPart } from "./virtual-task.ts";

export type { TaskHead, TaskMerge, TaskPart, TaskShard } from "./virtual-task.ts";

/** Combines the nodes' tasks of one logical operation into the task that the user sees, in the server's key order. */
export function mergeTask(merge: TaskMerge): JsonObject {
  const { head } = merge;
  const parts = [...merge.parts].sort((left, right) => left.order - right.order);
  const status = virtualStatus({ ...merge, parts });
  const details = mergeTaskDetails({ head, parts, status, copies: merge.copies ?? 1 });
  const task: JsonObject = {
    uid: head.uid,
    batchUid: status === "enqueued" ? null : head.uid,
    indexUid: head.indexUid,
    status,
    type: head.type,
    canceledBy: status === "canceled" ? (head.canceledBy ?? null) : null,
    ...(details === undefined ? {} : { details }),
    error: status === "failed" ? taskError(head, parts) : null,
    ...taskTimes(head, parts, status),
  };
  if (head.customMetadata !== undefined) task["customMetadata"] = head.customMetadata;
  return task;
}

function taskError(head: TaskHead, parts: readonly TaskPart[]): JsonValue {
  if (head.error !== undefined) return head.error;
  const failed = parts.map((part) => part.task?.["error"]).find(isObject);
  if (failed !== undefined) return failed;
  return { ...errorBody("miroir_no_quorum", "Too few nodes that accepted the write have applied it.", 503) };
}

/** From the first node that started to the last that ended; a task that no node ever saw began and ended when it was accepted. */
function taskTimes(head: TaskHead, parts: readonly TaskPart[], status: TaskStatus): JsonObject {
  const started = earliest(datesOf(parts, "startedAt"));
  const finished = latest(datesOf(parts, "finishedAt"));
  const startedAt = status === "enqueued" ? null : (started ?? finished ?? head.enqueuedAt);
  const finishedAt = isFinal(status) ? (finished ?? startedAt) : null;
  const duration = startedAt === null || finishedAt === null ? null : durationBetween(startedAt, finishedAt);
  return { duration, enqueuedAt: head.enqueuedAt, startedAt, finishedAt };
}

function datesOf(parts: readonly TaskPart[], field: string): string[] {
  return parts.map((part) => part.task?.[field]).filter((date) => typeof date === "string");
}
