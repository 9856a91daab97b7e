import type { IndexRow } from "../cluster/registry.ts";
import { type FilteredRead, planShards, type ShardPlan } from "../routing/planner/shard-plan.ts";
import { idHash } from "../routing/shard.ts";
import type { Cluster } from "./cluster.ts";
import { allShards } from "./read.ts";
import { searchView } from "./search-view.ts";

/** Where the documents that pass a read's filter can be, in the layout of the cluster that is given. */
export function shardPlanOf(cluster: PlannedCluster, row: IndexRow, read: FilteredRead): ShardPlan {
  const { topology, hasher, options } = cluster;
  const { primaryKey, filterableAttributes } = searchView(row);
  return planShards(read, {
    ...{ primaryKey, filterableAttributes, shards: topology.shards, mostIds: options.narrowingLimit },
    shardOf: (id) => idHash(hasher, id) & (topology.shards - 1),
  });
}

type PlannedCluster = Pick<Cluster, "topology" | "hasher"> & {
  readonly options: Pick<Cluster["options"], "narrowingLimit">;
};

/** The shards that a read has to ask, in ascending order. */
export function shardsFor(cluster: Cluster, row: IndexRow, read: FilteredRead): readonly number[] {
  const { shards } = shardPlanOf(cluster, row, read);
  return shards === "all" ? allShards(cluster) : shards;
}
