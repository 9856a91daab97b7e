import type { Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import { ERA } from "../../execute/view/rolled-back.ts";
import type { Witness } from "./witnesses.ts";

/** What is known of the topologies of a cluster, from all that remember any. */
export interface KnownTopologies {
  /** Of the highest epoch that is known to have come into force. */
  readonly committed: Topology;
  /** Those that may have come into force after it, the latest first; none that changes no owner. */
  readonly proposed: readonly Topology[];
  /** Epoch that the recovered topology gets. */
  readonly epoch: number;
}

/** Epochs that may have followed the last one that a marker names: those in which no owner changes are in no marker. */
const UNMARKED = 500;

/**
 * Finds the topology to go on with.
 * @throws MiroirError `miroir_topology_mismatch` when the store and the servers belong to different clusters,
 * `miroir_invalid_config` when nobody remembers a topology
 */
export function findLatest(inStore: Topology | undefined, witnesses: readonly Witness[]): KnownTopologies {
  const committed = [...(inStore === undefined ? [] : [inStore]), ...witnesses.map((witness) => witness.committed)];
  requireOneCluster(committed);
  const [latest] = committed.toSorted((a, b) => b.epoch - a.epoch);
  if (latest === undefined) throw nobodyKnows();
  const proposals = witnesses.flatMap(({ proposed }) => (proposed === undefined ? [] : [proposed]));
  const later = proposals.filter(({ epoch }) => epoch > latest.epoch).toSorted((a, b) => b.epoch - a.epoch);
  const highest = Math.max(...[...committed, ...proposals].map(({ epoch }) => epoch));
  return {
    committed: latest,
    proposed: later.filter((each, position) => {
      const isFirst = later.findIndex(({ epoch }) => epoch === each.epoch) === position;
      return isFirst && changesOwners(latest, each);
    }),
    epoch: (Math.floor((highest + UNMARKED) / ERA) + 1) * ERA,
  };
}

/** Whether a topology gives anything to nodes that did not own it, or takes it from some. */
function changesOwners(before: Topology, after: Topology): boolean {
  return JSON.stringify(ownership(before)) !== JSON.stringify(ownership(after));
}

function ownership({ shards, groups, nodes, joining = [] }: Topology): unknown {
  return [shards, groups, nodes.map(({ id }) => id).filter((id) => !joining.includes(id))];
}

function requireOneCluster([first, ...others]: readonly Topology[]): void {
  const other = others.find(({ clusterId }) => clusterId !== first?.clusterId);
  if (first === undefined || other === undefined) return;
  throw new MiroirError(
    "miroir_topology_mismatch",
    `Cluster \`${first.clusterId}\` and cluster \`${other.clusterId}\` were found. Name the store, and servers, of one cluster.`,
    { status: 409 },
  );
}

function nobodyKnows(): MiroirError {
  return new MiroirError(
    "miroir_invalid_config",
    "The store holds no cluster, and no server that was asked has a marker of one. Name a server of the cluster as `nodes`.",
  );
}
