import type { JsonObject } from "../../../core/types.ts";
import type { Task } from "./task.ts";

/** A moment as the server writes it. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** A span as the server writes it, an ISO 8601 duration. */
export function duration(startedAt: number | null, finishedAt: number | null): string | null {
  if (startedAt === null || finishedAt === null) return null;
  return `PT${((finishedAt - startedAt) / 1000).toFixed(6)}S`;
}

/** A task as the task routes show it. */
export function taskView(task: Task): JsonObject {
  return {
    uid: task.uid,
    batchUid: task.batchUid,
    indexUid: task.indexUid,
    status: task.status,
    type: task.type,
    canceledBy: task.canceledBy,
    ...(task.details === undefined ? {} : { details: task.details }),
    error: task.error === null ? null : { ...task.error },
    duration: duration(task.startedAt, task.finishedAt),
    enqueuedAt: timestamp(task.enqueuedAt),
    startedAt: task.startedAt === null ? null : timestamp(task.startedAt),
    finishedAt: task.finishedAt === null ? null : timestamp(task.finishedAt),
    ...(task.customMetadata === undefined ? {} : { customMetadata: task.customMetadata }),
  };
}

/** A task as the route that made it shows it. */
export function taskSummary(task: Task): JsonObject {
  return {
    taskUid: task.uid,
    indexUid: task.indexUid,
    status: "enqueued",
    type: task.type,
    enqueuedAt: timestamp(task.enqueuedAt),
    ...(task.customMetadata === undefined ? {} : { customMetadata: task.customMetadata }),
  };
}
