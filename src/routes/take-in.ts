import type { ClusterResponse } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";
import { current } from "./current.ts";

/**
 * Prepares a write of documents when its turn has come, on the index that is in force when it is called. What `prepare`
 * answers is the rest of the write, which the next one's preparation does not wait for.
 */
export async function takeIn(
  cluster: Cluster,
  uid: string,
  prepare: (cluster: Cluster) => Promise<() => Promise<ClusterResponse>>,
): Promise<ClusterResponse> {
  const { operation, registry, intake } = cluster;
  operation.requireCover(); // without it nothing would be sent in the end, however long that takes
  const confirmed = registry.confirm(uid);
  operation.park(); // a change of owners need not wait for those that wait for others
  const prepared = await intake.run(uid, async () => {
    await confirmed;
    operation.enter();
    return { answer: await prepare(current(cluster)) };
  });
  return prepared.answer();
}
