import { topologyOf } from "../cluster/layout.ts";
import type { IndexRow } from "../cluster/registry.ts";
import { MiroirError } from "../core/errors.ts";
import type { Cluster } from "./cluster.ts";

/**
 * The cluster as one index sees it: an index that is replicated everywhere has one shard, which every node holds. Every
 * route that reads or writes documents of an index works with this.
 * @throws MiroirError `miroir_index_mismatch` when the client asks for an index everywhere that is spread over shards
 */
export function layoutOf(cluster: Cluster, row: IndexRow): Cluster {
  if (row.replicate === "everywhere") return { ...cluster, topology: topologyOf(row, cluster.topology) };
  if (cluster.options.replicateEverywhere?.includes(row.uid) !== true) return cluster;
  throw new MiroirError(
    "miroir_index_mismatch",
    `\`replicateEverywhere\` names index \`${row.uid}\`, but it was created without and is spread over shards. ` +
      "Take it out of the option, or delete the index and create it again.",
    { status: 409 },
  );
}
