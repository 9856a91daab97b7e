import type { ClusterResponse } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";

/**
 * Prepares a write of documents when its turn has come, on the index that is in force when it is called. What `prepare`
 * answers is the rest of the write, which the next one's preparation does not wait for.
 */
export async function takeIn(
  cluster: Cluster,
  uid: string,
  prepare: () => Promise<() => Promise<ClusterResponse>>,
): Promise<ClusterResponse> {
  const confirmed = cluster.registry.confirm(uid);
  const prepared = await cluster.intake.run(uid, async () => {
    await confirmed;
    return { answer: await prepare() };
  });
  return prepared.answer();
}
