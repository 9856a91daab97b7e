import type { Cluster } from "../../routes/cluster.ts";
import { measureShards } from "../move/measure-shards.ts";
import type { ShardSize } from "../plan/cut-steps.ts";

/** What each shard weighs, all indexes together. */
export async function sizesOf(cluster: Cluster, signal: AbortSignal): Promise<ReadonlyMap<number, ShardSize>> {
  const shards = Array.from({ length: cluster.topology.shards }, (_, shard) => shard);
  const sizes = new Map<number, { documents: number; bytes: number }>();
  for (const { shard, documents, bytes } of await measureShards(cluster, shards, signal)) {
    if (shard === "everywhere") continue;
    const size = sizes.get(shard) ?? { documents: 0, bytes: 0 };
    sizes.set(shard, { documents: size.documents + documents, bytes: size.bytes + bytes });
  }
  return sizes;
}
