import type { ReplicaGroup, Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { Hasher } from "../../routing/shard.ts";
import { refuse } from "./refuse.ts";

/** What a wish comes to for one topology. */
export interface Goal {
  /** Why, and what it means, in one sentence. */
  readonly reason: string;
  /** The topology once everything is done; its epoch is of no account. */
  readonly target: Topology;
  /** The rows that moves have to reach, by the number of shards in force; those of `target` unless that changes the number. */
  readonly groups: readonly ReplicaGroup[];
  /** Nodes that have to be prepared before they can hold anything. */
  readonly arrivals: readonly NodeInfo[];
}

/** The goal of a wish that is in force already, so that whoever repeats it, from CI or cron, is told that all is well. */
export function unchanged(topology: Topology, reason: string): Goal {
  return { reason, target: topology, groups: topology.groups, arrivals: [] };
}

/** What goals are made from. */
export interface GoalContext {
  readonly topology: Topology;
  readonly hasher: Hasher;
  /** Whether the wish was begun before: what it asks for may be there in part. @default false */
  readonly isBegun?: boolean;
}

/** The node of an id. @throws MiroirError `miroir_invalid_config` when there is none */
export function nodeOf({ nodes }: Topology, id: string): NodeInfo {
  const found = nodes.find((node) => node.id === id);
  if (found !== undefined) return found;
  return refuse({ field: "node", value: id, remedy: `Name one of the nodes: ${named(nodes)}.` });
}

/** The group of a name. @throws MiroirError `miroir_invalid_config` when there is none */
export function groupOf({ groups }: Topology, name: string): ReplicaGroup {
  const found = groups.find((group) => group.name === name);
  if (found !== undefined) return found;
  const known = groups.map((group) => group.name).join(", ");
  return refuse({ field: "group", value: name, remedy: `Name one of the groups: ${known}.` });
}

/** The nodes of a group that hold shards, or may: those that were drained or only join do not. */
export function holdersIn({ nodes, joining = [] }: Topology, group: string): NodeInfo[] {
  return nodes.filter((node) => node.group === group && !joining.includes(node.id));
}

/** A topology in which a group has another table. */
export function withTable(topology: Topology, name: string, table: ReplicaGroup["table"]): Topology {
  const groups = topology.groups.map((group) => (group.name === name ? { name, table } : group));
  return { ...topology, groups };
}

/** A topology in which these nodes, and no others, take part without holding anything. */
export function withJoining({ joining: _, ...topology }: Topology, joining: readonly string[]): Topology {
  return joining.length === 0 ? topology : { ...topology, joining };
}

/** How many replicas a node holds, over all groups. */
export function heldBy({ groups }: Pick<Topology, "groups">, id: string): number {
  return groups.flatMap(({ table }) => table).filter((row) => row.includes(id)).length;
}

/** Ids in a list, or `none`. */
export function named(nodes: readonly { readonly id: string }[]): string {
  return nodes.map(({ id }) => id).join(", ") || "none";
}
