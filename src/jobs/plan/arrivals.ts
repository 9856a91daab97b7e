import { checkClusterConfig, type NodeConfig } from "../../cluster/cluster-config.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";
import { type GoalContext, heldBy } from "./goal.ts";
import { refuse } from "./refuse.ts";

/**
 * The nodes that a wish names, with everything filled in, none of which holds anything yet: new ones, and ones that
 * were drained. Where the wish was begun, those it has added may hold something.
 * @param field of the wish, for messages
 * @throws MiroirError `miroir_invalid_config` for an address that is none, and for an id or address that is taken
 */
export function arrivalsOf(
  configs: readonly NodeConfig[],
  { topology, isBegun = false }: GoalContext,
  field: string,
): NodeInfo[] {
  const { clusterId, shards } = topology;
  const nodes = checkClusterConfig({ clusterId, shards, replicationFactor: 1, nodes: configs });
  return nodes.map((node, position) => settle(node, { topology, isBegun, field: `${field}[${position}]` }));
}

interface Arrival {
  readonly topology: Topology;
  readonly isBegun: boolean;
  readonly field: string;
}

/** A drained node keeps the id and the weight that it is known by. */
function settle(node: NodeInfo, { topology, isBegun, field }: Arrival): NodeInfo {
  const byUrl = topology.nodes.find(({ url }) => url === node.url);
  const known = byUrl ?? topology.nodes.find(({ id }) => id === node.id);
  if (known === undefined) return node;
  if (byUrl === undefined) {
    return refuse({ field: `${field}.id`, value: node.id, remedy: `${known.url} has this id: give another one.` });
  }
  if (isBegun || (topology.joining?.includes(known.id) === true && heldBy(topology, known.id) === 0)) return known;
  return refuse({
    field: `${field}.url`,
    value: node.url,
    remedy: `It is node \`${known.id}\` of the cluster already.`,
  });
}

/** A topology with further nodes, which hold nothing yet. */
export function withArrivals(topology: Topology, arrivals: readonly NodeInfo[]): Topology {
  const added = arrivals.filter(({ id }) => topology.nodes.every((node) => node.id !== id));
  if (added.length === 0) return topology;
  const joining = [...(topology.joining ?? []), ...added.map(({ id }) => id)];
  return { ...topology, nodes: [...topology.nodes, ...added], joining };
}
