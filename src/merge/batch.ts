import type { JsonObject, JsonValue } from "../core/types.ts";

/** Types that a server never puts into a batch with another task. */
const ALONE = /^(index(Creation|Update|Swap|Compaction)|taskCancelation)$/;

/** Types that a server puts only into a batch with their like. */
const WITH_THEIR_LIKE = /^(taskDeletion|snapshotCreation|dumpCreation|export|upgradeDatabase)$/;

/**
 * The batch of a virtual task, which is always its own: nodes cut their batches each for itself. `progress` is that of
 * the node which is furthest behind.
 */
export function batchOf(task: JsonObject, progress: JsonValue): JsonObject {
  const { uid, status, type, indexUid, duration, startedAt, finishedAt } = task;
  return {
    uid: uid ?? null,
    progress,
    details: shownDetails(task),
    stats: {
      totalNbTasks: 1,
      status: { [String(status)]: 1 },
      types: { [String(type)]: 1 },
      indexUids: typeof indexUid === "string" ? { [indexUid]: 1 } : {},
      progressTrace: typeof duration === "string" ? { "processing tasks": duration } : {},
    },
    ...{ duration: duration ?? null, startedAt: startedAt ?? null, finishedAt: finishedAt ?? null },
    batchStrategy: strategyOf(String(type), Number(uid)),
  };
}

/** Batches show what is known; of counts that are not, only the documents indexed. */
function shownDetails({ details }: JsonObject): JsonObject {
  const entries = Object.entries((details ?? {}) as JsonObject);
  return Object.fromEntries(entries.filter(([name, value]) => value !== null || name === "indexedDocuments"));
}

/** Why the batch holds just this task, in the server's words. */
function strategyOf(type: string, uid: number): string {
  if (ALONE.test(type)) {
    return `created batch containing only task with id ${uid} of type \`${type}\` that cannot be batched with any other task.`;
  }
  if (WITH_THEIR_LIKE.test(type)) {
    return `stopped after the last task of type \`${type}\` because they cannot be batched with tasks of any other type.`;
  }
  if (type === "indexDeletion") return `stopped after task with id ${uid} because it deletes the index`;
  return "batched all enqueued tasks";
}

/** The progress of the node that is furthest behind; null when none tells any. */
export function slowestProgress(progresses: readonly JsonValue[]): JsonValue {
  const percentageOf = (progress: JsonValue) => Number((progress as JsonObject)["percentage"]);
  const known = progresses.filter((progress) => progress !== null);
  return known.sort((left, right) => percentageOf(left) - percentageOf(right))[0] ?? null;
}
