import type { Cluster } from "./cluster.ts";

/** The cluster of an operation that has entered anew: with the topology that it works under since. */
export function current(cluster: Cluster): Cluster {
  return { ...cluster, ...cluster.operation.snapshot };
}
