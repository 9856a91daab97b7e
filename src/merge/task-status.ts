import { badAnswer } from "./answer-shape.ts";
import type { TaskMerge, TaskPart, TaskShard } from "./virtual-task.ts";

/** The server's task states. */
export type TaskStatus = "enqueued" | "processing" | "succeeded" | "failed" | "canceled";

/** True for states that never change again. */
export function isFinal(status: TaskStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "canceled";
}

/** State of one node's task; not known counts as not started. */
export function statusOf(part: TaskPart): TaskStatus {
  const status = part.task === null ? "enqueued" : part.task["status"];
  switch (status) {
    case "enqueued":
    case "processing":
    case "succeeded":
    case "failed":
    case "canceled":
      return status;
    default:
      throw badAnswer(`the task status \`${String(status)}\` is unknown`);
  }
}

/**
 * State of the whole operation: failed as soon as a shard cannot reach its quorum any more, finished when every replica
 * that is not indebted is, otherwise running once any node has begun.
 */
export function virtualStatus({ head, parts, shards }: Pick<TaskMerge, "head" | "parts" | "shards">): TaskStatus {
  if (head.error !== undefined) return "failed";
  const counted = parts.filter((part) => part.indebted !== true);
  const statuses = counted.map(statusOf);
  const isDone = statuses.every(isFinal);
  if (isDone && head.canceledBy !== undefined && isCanceled(parts, shards)) return "canceled";
  if (head.canceledBy === undefined && hasLostQuorum(parts, counted, shards)) return "failed";
  if (isDone) return hasLostQuorum(parts, counted, shards) ? "failed" : "succeeded";
  return statuses.every((status) => status === "enqueued") ? "enqueued" : "processing";
}

/** A write that some replica of every shard had applied before it was canceled is whole: the others catch up with it. */
function isCanceled(parts: readonly TaskPart[], shards: readonly TaskShard[] | undefined): boolean {
  if (!parts.some((part) => statusOf(part) === "canceled")) return false;
  const holds = (node: string) => {
    const own = parts.filter((part) => part.node === node);
    return own.length > 0 && own.every((part) => statusOf(part) === "succeeded");
  };
  return shards === undefined || shards.some(({ nodes }) => !nodes.some(holds));
}

function hasLostQuorum(
  parts: readonly TaskPart[],
  counted: readonly TaskPart[],
  shards: readonly TaskShard[] | undefined,
): boolean {
  const isAlive = (part: TaskPart) => statusOf(part) !== "failed" && statusOf(part) !== "canceled";
  if (shards === undefined) return !counted.every(isAlive) || (parts.length > 0 && counted.length === 0);
  const alive = new Set(counted.filter(isAlive).map((part) => part.node));
  return shards.some((shard) => shard.nodes.filter((node) => alive.has(node)).length < shard.required);
}
