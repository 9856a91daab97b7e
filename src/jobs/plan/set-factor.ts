import { placeShards } from "../../routing/placement.ts";
import { type Goal, type GoalContext, holdersIn, unchanged, withTable } from "./goal.ts";
import { refuse } from "./refuse.ts";

/** Another number of replicas of every shard, in each group. */
export function setFactor(replicationFactor: number, { topology, hasher, isBegun = false }: GoalContext): Goal {
  const { shards } = topology;
  const before = topology.replicationFactor;
  if (replicationFactor === before && !isBegun) {
    return unchanged(topology, `Every shard has ${before} replicas in each group already.`);
  }
  let target = { ...topology, replicationFactor };
  for (const { name, table } of topology.groups) {
    const nodes = holdersIn(topology, name);
    if (!(Number.isInteger(replicationFactor) && replicationFactor >= 1 && replicationFactor <= nodes.length)) {
      const remedy = `Group \`${name}\` has nodes for 1 to ${nodes.length}.`;
      refuse({ field: "replicationFactor", value: replicationFactor, remedy });
    }
    const placed = placeShards({ shards, replicationFactor, nodes, hasher, current: table });
    target = { ...withTable(target, name, placed), replicationFactor };
  }
  const reason = `${replicationFactor} instead of ${before} replicas of every shard in each group.`;
  return { reason, target, groups: target.groups, arrivals: [] };
}
