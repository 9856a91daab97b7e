import type { Task, TaskType } from "./task.ts";

const ALONE: readonly TaskType[] = ["indexCreation", "indexUpdate", "indexSwap", "taskCancelation", "indexCompaction"];
const OF_ONE_TYPE: readonly TaskType[] = [
  "taskDeletion",
  "snapshotCreation",
  "dumpCreation",
  "export",
  "upgradeDatabase",
];

/** Why a batch holds just this task, in the server's words. */
export function batchStrategy(task: Task): string {
  if (ALONE.includes(task.type)) {
    return `created batch containing only task with id ${task.uid} of type \`${task.type}\` that cannot be batched with any other task.`;
  }
  if (OF_ONE_TYPE.includes(task.type)) {
    return `stopped after the last task of type \`${task.type}\` because they cannot be batched with tasks of any other type.`;
  }
  if (task.type === "indexDeletion") return `stopped after task with id ${task.uid} because it deletes the index`;
  return "batched all enqueued tasks";
}
