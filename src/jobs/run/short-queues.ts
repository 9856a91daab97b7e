import type { Cluster } from "../../routes/cluster.ts";

/** Tasks that a node may have in its queue for it to count as short. */
const SHORT = 10;

/** Pause between two looks, and looks, before a queue is taken as it is. */
const PAUSE_MS = 250;
const LOOKS = 120;

/** Waits until nodes have little left to do, so that writers are not held back for it; not for ever. */
export async function shortQueues(cluster: Cluster, nodes: readonly string[], signal: AbortSignal): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const lengths = await Promise.all(nodes.map((node) => queueLength(cluster, node, signal)));
    if (Math.max(0, ...lengths) <= SHORT) return;
    await cluster.clock.sleep(PAUSE_MS, signal);
  }
}

async function queueLength({ operator, nodesById }: Cluster, id: string, signal: AbortSignal): Promise<number> {
  const node = nodesById.get(id);
  if (node === undefined) return 0;
  const call = { method: "GET", path: "tasks", query: "statuses=enqueued,processing&limit=1", signal } as const;
  return (await operator.demand<{ total: number }>(node, call)).total;
}
