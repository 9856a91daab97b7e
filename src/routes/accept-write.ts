import { copiesOf } from "../cluster/copies.ts";
import type { ClusterResponse } from "../core/types.ts";
import type { TaskHead, TaskShard } from "../merge/tasks.ts";
import { decodeDigits } from "../routing/reserved.ts";
import { encodeShards } from "../tasks/shard-set.ts";
import { type TaskNote, writeNote } from "../tasks/task-note.ts";
import type { Cluster } from "./cluster.ts";
import { enqueued, partsOf } from "./enqueue.ts";
import { type ShardedWrite, writeShards } from "./sharded-write.ts";
import { wordLogically } from "./wording.ts";

/** A sharded write and the virtual task that stands for it. */
export interface AcceptedWrite {
  readonly head: TaskHead;
  readonly write: ShardedWrite;
}

/**
 * Sends a write and answers 202 with the virtual task once enough replicas acknowledged it. What nodes took of one that
 * failed is followed as well: a replica that acknowledged it may yet fail, and the others would not learn of it.
 */
export async function acceptWrite(cluster: Cluster, { head, write }: AcceptedWrite): Promise<ClusterResponse> {
  const result = await writeShards(cluster, withNotes(cluster, { head, write }));
  if (result.kind === "refused") {
    const { status, body, headers } = result.response;
    return { status, body: wordLogically(body, cluster.registry), headers };
  }
  const { replies, shards, isOwed, owe } = result;
  const touched = {
    shards: encodeShards(write.idsByShard.keys(), cluster.topology.shards),
    of: cluster.topology.shards,
  };
  const task = {
    ...{ parts: partsOf(replies), shards, copies: copiesCounted(shards), isMarked: true, isOwed, owe },
    ...{ index: write.index, touched },
  };
  if (result.kind === "short") {
    if (task.parts.length > 0) cluster.tasks.add({ head: { ...head, error: { ...result.error.cause } }, ...task });
    throw result.error;
  }
  cluster.tasks.add({ head, ...task });
  return { status: 202, body: enqueued(head), meta: result.meta };
}

/** How many nodes count each document: all its copies, or the mean over the shards when some replicas missed the write. */
function copiesCounted(shards: readonly TaskShard[]): number {
  return shards.reduce((copies, { nodes }) => copies + nodes.length, 0) / Math.max(1, shards.length);
}

/** The write, each of its requests with the note by which any process can put its virtual task together. */
function withNotes({ topology, options }: Cluster, { head, write }: AcceptedWrite): ShardedWrite {
  const { uid, enqueuedAt: _, ...said } = head;
  const note: TaskNote = {
    ...{ ...said, copies: copiesOf(topology), stamp: decodeDigits(write.stamp) },
    shards: encodeShards(write.idsByShard.keys(), topology.shards),
    ...{ of: topology.shards, epoch: topology.epoch },
    ...(topology.shards === 1 ? { replicate: "everywhere" } : {}),
    consistency: write.call.consistency ?? options.writeConsistency,
  };
  return {
    ...write,
    requests: (node, shards, isOwed) => {
      const requests = write.requests(node, shards, isOwed);
      return requests.map((request, at) => {
        const query = new URLSearchParams(request.query);
        query.set("customMetadata", writeNote(uid, { ...note, piece: [at + 1, requests.length] }));
        return { ...request, query: query.toString() };
      });
    },
  };
}
