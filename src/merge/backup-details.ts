import type { JsonObject } from "../core/types.ts";
import { isObject } from "./answer-shape.ts";
import type { TaskPart } from "./virtual-task.ts";

const BACKUPS = new Set(["dumpCreation", "snapshotCreation"]);

/** Whether each node makes a file of its own in the tasks of this type. */
export function isBackup(type: string): boolean {
  return BACKUPS.has(type);
}

/**
 * What became of a dump or snapshot on each node: there is a file on every one of them, and all are needed to restore the
 * cluster. `dumpUid` is the first node's, as code written for one server reads it.
 */
export function backupDetails(type: string, parts: readonly TaskPart[]): JsonObject {
  const details = parts.map(({ task }) => (isObject(task?.["details"]) ? task["details"] : {}));
  const nodes = parts.map(({ node, task }, position): [string, JsonObject] => [
    node,
    { taskUid: task?.["uid"] ?? null, status: task?.["status"] ?? "enqueued", ...details[position] },
  ]);
  const uid = details.map(({ dumpUid }) => dumpUid).find((dumpUid) => typeof dumpUid === "string") ?? null;
  return { ...(type === "dumpCreation" ? { dumpUid: uid } : {}), nodes: Object.fromEntries(nodes) };
}
