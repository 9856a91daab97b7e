import type { NodeInfo } from "../../core/types.ts";
import type { Operator } from "../operator.ts";

/** The index whose creation is the lock: on one node it succeeds for one process only. */
const LOCK_INDEX = "miroir__repair";

/** Age from which a lock counts as left behind by a process that died, in milliseconds. */
const STALE_MS = 600_000;

/** Who locks. */
export interface LockHolder {
  /** Unlike any other's. It is kept as the primary key of the lock's index, which is never written to. */
  readonly id: string;
  /** Ends the wait for the nodes' tasks. */
  readonly signal: AbortSignal;
}

/**
 * Makes this holder the only one that repairs these nodes; false when another does. A lock that the holder could not give
 * free earlier, since the node went away, is its own still.
 */
export async function lockForRepair(
  operator: Operator,
  nodes: readonly NodeInfo[],
  holder: LockHolder,
): Promise<boolean> {
  const held: NodeInfo[] = [];
  let isLocked = false;
  try {
    for (const node of [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      if (!(await lock(operator, node, holder))) return false;
      held.push(node);
    }
    isLocked = true;
    return true;
  } finally {
    if (!isLocked) await unlockAfterRepair(operator, held);
  }
}

/** Gives the nodes free; what cannot be given free now is stale later. */
export async function unlockAfterRepair(operator: Operator, nodes: readonly NodeInfo[]): Promise<void> {
  await Promise.allSettled(
    nodes.map((node) => operator.demand(node, { method: "DELETE", path: `indexes/${LOCK_INDEX}` })),
  );
}

async function lock(operator: Operator, node: NodeInfo, { id, signal }: LockHolder): Promise<boolean> {
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, {
    method: "POST",
    path: "indexes",
    body: { uid: LOCK_INDEX, primaryKey: id },
  });
  const task = await operator.waitForTask(node, taskUid, signal);
  if (task.status === "succeeded") return true;
  const { body } = await operator.ask(node, { method: "GET", path: `indexes/${LOCK_INDEX}` });
  const { createdAt = "", primaryKey } = body as { createdAt?: string; primaryKey?: string };
  if (primaryKey === id) return true;
  if (operator.clock.now() - Date.parse(createdAt) > STALE_MS) await unlockAfterRepair(operator, [node]);
  return false;
}
