import type { Cluster } from "./cluster.ts";

/** The cluster of an operation that has entered anew: with the topology that it works under since. */
export function current(cluster: Cluster): Cluster {
  return { ...cluster, ...cluster.operation.snapshot };
}

/** Does work that goes on when its call is over, as a call of its own. */
export async function afterwards<T>(cluster: Cluster, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  await cluster.view.ready();
  const operation = cluster.view.begin();
  try {
    return await work(current({ ...cluster, operation }));
  } finally {
    operation.end();
  }
}
