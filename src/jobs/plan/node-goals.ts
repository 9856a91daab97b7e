import type { NodeConfig } from "../../cluster/cluster-config.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";
import { placeShards } from "../../routing/placement.ts";
import { arrivalsOf, withArrivals } from "./arrivals.ts";
import {
  type Goal,
  type GoalContext,
  groupOf,
  heldBy,
  holdersIn,
  named,
  nodeOf,
  unchanged,
  withJoining,
  withTable,
} from "./goal.ts";
import { refuse } from "./refuse.ts";

/** Servers join their groups and take over what is above the others' caps; those that have are left as they are. */
export function addNodes(configs: readonly NodeConfig[], context: GoalContext): Goal {
  const { topology, hasher, isBegun = false } = context;
  if (configs.length === 0) refuse({ field: "nodes", value: [], remedy: "Name at least one server." });
  const wanted = configs.map((config) => inGroup(config, topology));
  // A wish that was begun goes on with the nodes that it has added.
  const missing = isBegun ? wanted : wanted.filter((config) => !isMember(config, topology));
  if (missing.length === 0) return unchanged(topology, "Every server that was named is part of the cluster already.");
  const arrivals = arrivalsOf(missing, context, "nodes");
  const ids = new Set(arrivals.map(({ id }) => id));
  let target = withArrivals(topology, arrivals);
  target = withJoining(
    target,
    (target.joining ?? []).filter((id) => !ids.has(id)),
  );
  for (const { name, table } of topology.groups) {
    if (arrivals.every(({ group }) => group !== name)) continue;
    const { shards, replicationFactor } = topology;
    const nodes = holdersIn(target, name);
    target = withTable(target, name, placeShards({ shards, replicationFactor, nodes, hasher, current: table }));
  }
  const share = arrivals.reduce((sum, { id }) => sum + heldBy(target, id), 0);
  const reason = `${named(arrivals)} to hold ${share} of the ${replicasOf(target)} replicas of shards.`;
  return { reason, target, groups: target.groups, arrivals };
}

/** The group that a new node is for; the only one there is, unless told. */
function inGroup(config: NodeConfig, topology: Topology): NodeConfig {
  const [first, second] = topology.groups;
  if (config.group !== undefined) groupOf(topology, config.group);
  else if (second !== undefined) {
    const remedy = `Say which group ${config.url} is for: ${topology.groups.map(({ name }) => name).join(", ")}.`;
    return refuse({ field: "group", value: null, remedy });
  }
  return { ...config, group: config.group ?? first?.name ?? "default" };
}

/** Whether a node of this address, id and group has its share. */
function isMember({ id, url, group }: NodeConfig, topology: Topology): boolean {
  const node = topology.nodes.find((known) => known.url === url.replace(/\/+$/, ""));
  if (node === undefined || node.group !== group || (id !== undefined && node.id !== id)) return false;
  return topology.joining?.includes(node.id) !== true || heldBy(topology, node.id) > 0;
}

function replicasOf({ groups }: Topology): number {
  return groups.reduce((sum, { table }) => sum + table.flat().length, 0);
}

/** What a node holds goes to the others of its group; it stays, and takes part in the administration of indexes. */
export function drainNode(id: string, { topology, hasher, isBegun = false }: GoalContext): Goal {
  const node = nodeOf(topology, id);
  const { joining = [] } = topology;
  if (joining.includes(id) && heldBy(topology, id) === 0 && !isBegun) {
    return unchanged(topology, `${id} holds nothing already. \`miroir node remove\` takes it out of the cluster.`);
  }
  const target = withoutShards(node, { topology, hasher });
  const reason = `${id} to hold nothing; ${named(holdersIn(target, node.group))} take over its ${heldBy(topology, id)} shards.`;
  return { reason, target, groups: target.groups, arrivals: [] };
}

/** As {@link drainNode}; then the node is no part of the cluster any more. */
export function removeNode(id: string, { topology, hasher, isBegun = false }: GoalContext): Goal {
  if (isBegun && topology.nodes.every((node) => node.id !== id)) {
    return { reason: `${id} has left.`, target: topology, groups: topology.groups, arrivals: [] };
  }
  const node = nodeOf(topology, id);
  const emptied = withoutShards(node, { topology, hasher });
  const target = withoutNode(emptied, id);
  const reason = `${id} to leave; ${named(holdersIn(target, node.group))} take over its ${heldBy(topology, id)} shards.`;
  return { reason, target, groups: target.groups, arrivals: [] };
}

/** A new server gets the rows of another one, which leaves. */
export function replaceNode(id: string, by: NodeConfig, context: GoalContext): Goal {
  const { topology, isBegun = false } = context;
  if (isBegun && topology.nodes.every((node) => node.id !== id)) {
    return { reason: `${id} has left.`, target: topology, groups: topology.groups, arrivals: [] };
  }
  const { group, weight } = nodeOf(topology, id);
  if (by.group !== undefined && by.group !== group) {
    refuse({ field: "by.group", value: by.group, remedy: `Leave it out: \`${id}\` is of group \`${group}\`.` });
  }
  const arrivals = arrivalsOf([{ weight, ...by, group }], context, "by");
  const [heir] = arrivals;
  if (heir === undefined) throw new Error("a server was named, and none arrives");
  if (heir.group !== group) {
    refuse({
      field: "by.url",
      value: by.url,
      remedy: `It is node \`${heir.id}\` of group \`${heir.group}\`, not \`${group}\`.`,
    });
  }
  const grown = withArrivals(topology, arrivals);
  const joining = (grown.joining ?? []).filter((other) => other !== heir.id);
  const groups = grown.groups.map(({ name, table }) => ({
    name,
    table: table.map((row) => [...new Set(row.map((owner) => (owner === id ? heir.id : owner)))]),
  }));
  const target = withoutNode({ ...withJoining(grown, joining), groups }, id);
  const reason = `${heir.id} to take over the ${heldBy(topology, id)} shards of ${id}, which leaves.`;
  return { reason, target, groups, arrivals };
}

/** The rest of a node's group with all that the node held; the node holds nothing. */
function withoutShards(node: NodeInfo, { topology, hasher }: Pick<GoalContext, "topology" | "hasher">): Topology {
  const { shards, replicationFactor, joining = [] } = topology;
  const { table } = groupOf(topology, node.group);
  const nodes = holdersIn(topology, node.group).filter(({ id }) => id !== node.id);
  if (nodes.length === 0) {
    refuse({
      field: "node",
      value: node.id,
      remedy: `Nobody else in group \`${node.group}\` can hold anything. Add a node first, or remove the group with \`miroir group remove\`.`,
    });
  }
  if (nodes.length < replicationFactor) {
    refuse({
      field: "node",
      value: node.id,
      remedy: `Group \`${node.group}\` needs ${replicationFactor} nodes for as many replicas. Add a node first, or lower the factor with \`miroir rf set ${nodes.length}\`.`,
    });
  }
  const emptied = withJoining(topology, [...joining.filter((id) => id !== node.id), node.id]);
  return withTable(emptied, node.group, placeShards({ shards, replicationFactor, nodes, hasher, current: table }));
}

function withoutNode(topology: Topology, id: string): Topology {
  const nodes = topology.nodes.filter((node) => node.id !== id);
  const joining = (topology.joining ?? []).filter((other) => other !== id);
  return withJoining({ ...topology, nodes }, joining);
}
