import type { IndexRow } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { RecordSource } from "../../execute/repair/fetch-records.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { idHash } from "../../routing/shard.ts";
import type { Pace } from "../pace.ts";

/** What the verification of one index works with. */
export interface VerifyContext extends RecordSource {
  readonly cluster: Cluster;
  readonly row: IndexRow;
  readonly primaryKey: string;
  /** The cluster as the index sees it. */
  readonly topology: Topology;
  /** The nodes that can be asked for the index. */
  readonly nodes: readonly NodeInfo[];
  /** Whether contents are compared where stamps are equal and imply it. */
  readonly byContent: boolean;
  readonly pace: Pace;
}

/** The shard of a document. */
export function shardOfId({ cluster, topology }: VerifyContext, id: string): number {
  return idHash(cluster.hasher, id) & (topology.shards - 1);
}

/** The nodes that hold a shard and can be asked, those of a group in the order of its table. */
export function ownersOf({ topology, nodes }: VerifyContext, shard: number): NodeInfo[] {
  return topology.groups
    .flatMap(({ table }) => table[shard] ?? [])
    .flatMap((id) => nodes.find((node) => node.id === id) ?? []);
}
