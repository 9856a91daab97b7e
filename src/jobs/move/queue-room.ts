import type { NodeInfo } from "../../core/types.ts";
import type { Operator } from "../../execute/operator.ts";

/** Resolves when no more than so many tasks wait in a node's queue: users' writes are behind every copy. */
export async function queueRoom(
  operator: Operator,
  node: NodeInfo,
  { depth, signal }: { readonly depth: number; readonly signal: AbortSignal },
): Promise<void> {
  const call = { method: "GET", path: "tasks", query: "statuses=enqueued&limit=1", signal } as const;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    const { total } = await operator.demand<{ total: number }>(node, call);
    if (total <= depth) return;
    await operator.clock.sleep(pauseMs, signal);
  }
}
