import type { NodeInfo } from "../../core/types.ts";
import type { Operator } from "../operator.ts";

/** The index whose creation is the lock: on one node it succeeds for one process only. */
const LOCK_INDEX = "miroir__repair";

/** Age from which a lock counts as left behind by a process that died, in milliseconds. */
const STALE_MS = 600_000;

/** Makes this process the only one that repairs these nodes; false when another does. */
export async function lockForRepair(operator: Operator, nodes: readonly NodeInfo[]): Promise<boolean> {
  const held: NodeInfo[] = [];
  for (const node of [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (await lock(operator, node)) held.push(node);
    else {
      await unlockAfterRepair(operator, held);
      return false;
    }
  }
  return true;
}

/** Gives the nodes free; what cannot be given free now is stale later. */
export async function unlockAfterRepair(operator: Operator, nodes: readonly NodeInfo[]): Promise<void> {
  await Promise.allSettled(
    nodes.map((node) => operator.demand(node, { method: "DELETE", path: `indexes/${LOCK_INDEX}` })),
  );
}

async function lock(operator: Operator, node: NodeInfo): Promise<boolean> {
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, {
    method: "POST",
    path: "indexes",
    body: { uid: LOCK_INDEX },
  });
  const task = await operator.waitForTask(node, taskUid);
  if (task.status === "succeeded") return true;
  const { body } = await operator.ask(node, { method: "GET", path: `indexes/${LOCK_INDEX}` });
  const createdAt = Date.parse((body as { createdAt?: string }).createdAt ?? "");
  if (operator.clock.now() - createdAt > STALE_MS) await unlockAfterRepair(operator, [node]);
  return false;
}
