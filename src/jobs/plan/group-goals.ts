import type { NodeConfig } from "../../cluster/cluster-config.ts";
import type { Topology } from "../../cluster/topology.ts";
import { placeShards } from "../../routing/placement.ts";
import { arrivalsOf, withArrivals } from "./arrivals.ts";
import { type Goal, type GoalContext, groupOf, holdersIn, named, withJoining, withTable } from "./goal.ts";
import { refuse } from "./refuse.ts";

/** One full copy more, on new servers. */
export function addGroup(name: string, configs: readonly NodeConfig[], context: GoalContext): Goal {
  const { topology, hasher, isBegun = false } = context;
  if (name === "") refuse({ field: "group", value: name, remedy: "Give the group a name." });
  const known = topology.groups.find((group) => group.name === name);
  const isWhole = known?.table.every((row) => row.length > 0);
  if (isWhole === true && !isBegun) refuse({ field: "group", value: name, remedy: "There is a group of this name." });
  const { shards, replicationFactor } = topology;
  if (configs.length < replicationFactor) {
    const remedy = `A group needs ${replicationFactor} nodes for as many replicas: name more servers.`;
    refuse({ field: "nodes", value: configs.map(({ url }) => url), remedy });
  }
  const arrivals = arrivalsOf(
    configs.map((config) => ({ ...config, group: name })),
    context,
    "nodes",
  );
  const stranger = arrivals.find(({ group }) => group !== name);
  if (stranger !== undefined) {
    const remedy = `It is a node of group \`${stranger.group}\`: remove it first.`;
    refuse({ field: "nodes", value: stranger.id, remedy });
  }
  const ids = new Set(arrivals.map(({ id }) => id));
  const grown = withGroup(withArrivals(topology, arrivals), name);
  const joined = withJoining(
    grown,
    (grown.joining ?? []).filter((id) => !ids.has(id)),
  );
  const { table: current } = groupOf(joined, name);
  const nodes = holdersIn(joined, name);
  const target = withTable(joined, name, placeShards({ shards, replicationFactor, nodes, hasher, current }));
  return { reason: `${named(nodes)} to hold a full copy, as group ${name}.`, target, groups: target.groups, arrivals };
}

/** A topology with a group, which holds nothing when it is new. */
export function withGroup(topology: Topology, name: string): Topology {
  if (topology.groups.some((group) => group.name === name)) return topology;
  const table = Array.from({ length: topology.shards }, () => []);
  return { ...topology, groups: [...topology.groups, { name, table }] };
}

/** One full copy less; its servers leave. */
export function removeGroup(name: string, { topology, isBegun = false }: GoalContext): Goal {
  if (isBegun && topology.groups.every((group) => group.name !== name)) {
    return { reason: `Group ${name} has left.`, target: topology, groups: topology.groups, arrivals: [] };
  }
  groupOf(topology, name);
  const others = topology.groups.filter((group) => group.name !== name);
  if (!others.some(({ table }) => table.every((row) => row.length > 0))) {
    refuse({ field: "group", value: name, remedy: "No other group holds all shards: add one first." });
  }
  const leaving = topology.nodes.filter(({ group }) => group === name);
  const groups = topology.groups.map((group) => {
    return group.name === name ? { name, table: group.table.map(() => []) } : group;
  });
  const nodes = topology.nodes.filter(({ group }) => group !== name);
  const joining = (topology.joining ?? []).filter((id) => leaving.every((node) => node.id !== id));
  const target = withJoining({ ...topology, nodes, groups: others }, joining);
  return { reason: `${named(leaving)} to leave with group ${name}, a full copy.`, target, groups, arrivals: [] };
}
