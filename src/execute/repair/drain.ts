import type { NodeInfo } from "../../core/types.ts";
import type { Operator } from "../operator.ts";

/** Waits until every task that a node has accepted so far is finished: enqueued is not applied. */
export async function drain(operator: Operator, node: NodeInfo, signal: AbortSignal): Promise<void> {
  const newest = await firstTask(operator, node, { query: "limit=1", signal });
  if (newest === undefined) return;
  const query = `statuses=enqueued,processing&from=${newest}&limit=1`;
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    if ((await firstTask(operator, node, { query, signal })) === undefined) return;
    await operator.clock.sleep(pauseMs, signal, { background: true });
  }
}

async function firstTask(
  operator: Operator,
  node: NodeInfo,
  { query, signal }: { readonly query: string; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const { results } = await operator.demand<{ results: { uid: number }[] }>(node, {
    ...{ method: "GET", path: "tasks", query, signal },
  });
  return results[0]?.uid;
}
