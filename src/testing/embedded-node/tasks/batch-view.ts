import type { JsonObject, JsonValue } from "../../../core/types.ts";
import type { Batch, Task } from "./task.ts";
import { duration, timestamp } from "./task-view.ts";

/** A batch as the batch routes show it. */
export function batchView(batch: Batch): JsonObject {
  const indexUids = batch.tasks.flatMap((task) => (task.indexUid === null ? [] : [task.indexUid]));
  return {
    uid: batch.uid,
    progress: batch.finishedAt === null ? runningProgress() : null,
    details: mergedDetails(batch.tasks),
    stats: {
      totalNbTasks: batch.tasks.length,
      status: counted(batch.tasks.map((task) => task.status)),
      types: counted(batch.tasks.map((task) => task.type)),
      indexUids: counted(indexUids),
      progressTrace: { "processing tasks": duration(batch.startedAt, batch.finishedAt) ?? "PT0S" },
      ...storageStats(batch.tasks),
    },
    duration: duration(batch.startedAt, batch.finishedAt),
    startedAt: timestamp(batch.startedAt),
    finishedAt: batch.finishedAt === null ? null : timestamp(batch.finishedAt),
    batchStrategy: batch.strategy,
  };
}

function runningProgress(): JsonObject {
  return { steps: [{ currentStep: "processing tasks", finished: 0, total: 2 }], percentage: 0 };
}

/** Additions write documents, deletions only shrink the database; neither is measured here. */
function storageStats(tasks: readonly Task[]): JsonObject {
  const succeeded = tasks.filter((task) => task.status === "succeeded");
  const isWritten = succeeded.some(
    (task) => task.type === "documentAdditionOrUpdate" || task.type === "settingsUpdate",
  );
  const isChanged = isWritten || succeeded.some((task) => task.type === "documentDeletion");
  return {
    ...(isWritten ? { writeChannelCongestion: { attempts: 0, blocking_attempts: 0, blocking_ratio: 0 } } : {}),
    ...(isChanged ? { internalDatabaseSizes: {} } : {}),
  };
}

function mergedDetails(tasks: readonly Task[]): JsonObject {
  const merged: JsonObject = {};
  for (const task of tasks) {
    for (const [key, value] of Object.entries(task.details ?? {})) {
      const isShown = value !== null || key === "indexedDocuments";
      if (isShown) merged[key] = sum(merged[key], value);
    }
  }
  return merged;
}

function sum(left: JsonValue | undefined, right: JsonValue): JsonValue {
  return typeof left === "number" && typeof right === "number" ? left + right : right;
}

function counted(words: readonly string[]): JsonObject {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
