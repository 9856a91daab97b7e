import { clientsOver, configOf, type EmbeddedCluster, startNodes } from "./cluster.ts";

/** A cluster whose nodes take their time for each batch of tasks. */
export interface SlowCluster extends EmbeddedCluster {
  /** Milliseconds of each node; may be changed at any time, for the batches that begin after it. */
  readonly delaysMs: number[];
}

/** Starts three nodes with an empty index that all have, every shard on two of them; slow from then on. */
export async function startSlowCluster(uid: string, delaysMs: readonly number[]): Promise<SlowCluster> {
  const inForce: number[] = [];
  const starting = [0, 1, 2].map((at) => startNodes(1, { taskDelayMs: () => inForce[at] ?? 0 }));
  const nodes = (await Promise.all(starting)).flat();
  const cluster = clientsOver(configOf(nodes.map(({ url }) => url)));
  await cluster.client.createIndex(uid, { primaryKey: "id" }).waitTask();
  inForce.push(...delaysMs);
  return { ...cluster, nodes, delaysMs: inForce };
}
