import type { IndexRow } from "./registry.ts";
import type { Topology } from "./topology.ts";

/** Who holds an index: the cluster's shards, or one shard that every node holds which has joined. */
export function topologyOf(row: Pick<IndexRow, "replicate">, topology: Topology): Topology {
  if (row.replicate !== "everywhere") return topology;
  const ids = topology.nodes.map(({ id }) => id).filter((id) => topology.joining?.includes(id) !== true);
  const { change, ...rest } = topology;
  const groups = [{ name: "everywhere", table: [ids] }];
  const isChanging = change?.everywhere === true;
  return {
    ...rest,
    shards: 1,
    replicationFactor: ids.length,
    groups,
    ...(isChanging && { change: { ...change, shards: [0] } }),
  };
}
