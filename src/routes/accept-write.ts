import type { ClusterResponse } from "../core/types.ts";
import type { TaskHead, TaskShard } from "../merge/tasks.ts";
import type { Cluster } from "./cluster.ts";
import { enqueued, partsOf } from "./enqueue.ts";
import { type ShardedWrite, writeShards } from "./sharded-write.ts";
import { wordLogically } from "./wording.ts";

/** A sharded write and the virtual task that stands for it. */
export interface AcceptedWrite {
  readonly head: TaskHead;
  readonly write: ShardedWrite;
}

/** Sends a write and answers 202 with the virtual task once enough replicas acknowledged it. */
export async function acceptWrite(cluster: Cluster, { head, write }: AcceptedWrite): Promise<ClusterResponse> {
  const result = await writeShards(cluster, write);
  if (result.kind === "refused") {
    const { status, body, headers } = result.response;
    return { status, body: wordLogically(body, cluster.registry), headers };
  }
  const { replies, shards, owe, meta } = result;
  cluster.tasks.add({ head, parts: partsOf(replies), shards, copies: copiesCounted(shards), isMarked: true, owe });
  return { status: 202, body: enqueued(head), meta };
}

/** How many nodes count each document: all its copies, or the mean over the shards when some replicas missed the write. */
function copiesCounted(shards: readonly TaskShard[]): number {
  return shards.reduce((copies, { nodes }) => copies + nodes.length, 0) / Math.max(1, shards.length);
}
