import type { ErrorBody, JsonObject } from "../../../core/types.ts";

/** Every task type, in the order in which the server lists them in its refusals. */
export const TASK_TYPES = [
  "documentAdditionOrUpdate",
  "documentEdition",
  "documentDeletion",
  "settingsUpdate",
  "indexCreation",
  "indexDeletion",
  "indexUpdate",
  "indexSwap",
  "taskCancelation",
  "taskDeletion",
  "dumpCreation",
  "snapshotCreation",
  "export",
  "upgradeDatabase",
  "indexCompaction",
  "networkTopologyChange",
  "dsrUpdate",
  "dsrClear",
] as const;

/** What a task does. */
export type TaskType = (typeof TASK_TYPES)[number];

/** Every status, in the order in which the server lists them in its refusals. */
export const TASK_STATUSES = ["enqueued", "processing", "succeeded", "failed", "canceled"] as const;

/** Where a task is in its life. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** One task of the node; times are milliseconds since 1970. */
export interface Task {
  readonly uid: number;
  readonly type: TaskType;
  readonly indexUid: string | null;
  readonly customMetadata?: string;
  readonly enqueuedAt: number;
  /** What is to be done; emptied when it is over, so that payloads are not kept. */
  plan: TaskPlan;
  status: TaskStatus;
  batchUid: number | null;
  canceledBy: number | null;
  details: JsonObject | undefined;
  error: ErrorBody | null;
  startedAt: number | null;
  finishedAt: number | null;
}

/** A task before it has a number: what it shows while it waits, and what it will do. */
export interface TaskPlan {
  readonly type: TaskType;
  readonly indexUid: string | null;
  readonly customMetadata?: string;
  readonly details?: JsonObject;
  /** Details once it failed or was canceled; those it had while it waited when absent. */
  readonly abandoned?: JsonObject;
  /** Documents of the payload one after the other without anything between, for the route that shows them while the task waits. */
  readonly documents?: () => string;
  /** Does the work and answers the final details; throws to fail the task. */
  readonly run: (task: Task) => JsonObject | undefined;
}

/** Some tasks handled together; the embedded node makes one per task, except for cancelations. */
export interface Batch {
  readonly uid: number;
  readonly tasks: Task[];
  readonly startedAt: number;
  readonly strategy: string;
  finishedAt: number | null;
}
