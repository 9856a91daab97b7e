import type { ReplicaGroup } from "../../cluster/topology.ts";
import { placeShards } from "../../routing/placement.ts";
import { isShardCount, MAX_SHARDS, MIN_SHARDS } from "../../routing/reserved.ts";
import { type Goal, type GoalContext, holdersIn, unchanged } from "./goal.ts";
import { refuse } from "./refuse.ts";

/** Another number of shards: documents carry the tags of every number, so owners are all that changes. */
export function reshard(shards: number, context: GoalContext): Goal {
  const { topology, isBegun = false } = context;
  if (!isShardCount(shards)) {
    refuse({ field: "shards", value: shards, remedy: `Give a power of two from ${MIN_SHARDS} to ${MAX_SHARDS}.` });
  }
  if (shards === topology.shards && !isBegun) {
    return unchanged(topology, `There are ${shards} shards already.`);
  }
  const groups = shards < topology.shards ? colocated(shards, context) : topology.groups;
  const target = { ...topology, shards, groups: groups.map((group) => resharded(group, shards)) };
  const how =
    shards < topology.shards
      ? "shards that become one are brought together first"
      : "each keeps the owners of the one it was part of";
  return { reason: `${shards} instead of ${topology.shards} shards; ${how}.`, target, groups, arrivals: [] };
}

/** A group with another number of shards: those that one is divided into, or that become one, have the same owners. */
export function resharded({ name, table }: ReplicaGroup, shards: number): ReplicaGroup {
  return { name, table: Array.from({ length: shards }, (_, shard) => table[shard % table.length] ?? []) };
}

/** Tables of the number of shards in force in which shards that become one have the same owners. */
function colocated(shards: number, { topology, hasher }: GoalContext): ReplicaGroup[] {
  const { replicationFactor } = topology;
  return topology.groups.map(({ name, table }) => {
    const nodes = holdersIn(topology, name);
    const current = mergedRows(table, shards, replicationFactor);
    const merged = placeShards({ shards, replicationFactor, nodes, hasher, current });
    return resharded({ name, table: merged }, topology.shards);
  });
}

/**
 * For shards that become one, the owners that hold most of them, so that least has to be copied; among equals, those that
 * were chosen for the fewest so far.
 */
function mergedRows(table: ReplicaGroup["table"], shards: number, replicationFactor: number): string[][] {
  const chosen = new Map<string, number>();
  const load = (id: string) => chosen.get(id) ?? 0;
  return Array.from({ length: shards }, (_, shard) => {
    const parts = table.filter((_, old) => old % shards === shard);
    const held = new Map<string, number>();
    for (const id of parts.flat()) held.set(id, (held.get(id) ?? 0) + 1);
    const row = [...held.keys()]
      .sort((a, b) => (held.get(b) ?? 0) - (held.get(a) ?? 0) || load(a) - load(b) || (a < b ? -1 : 1))
      .slice(0, replicationFactor);
    for (const id of row) chosen.set(id, load(id) + 1);
    return row;
  });
}
