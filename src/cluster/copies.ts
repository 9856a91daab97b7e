import type { Topology } from "./topology.ts";

/** How many nodes hold each document: replicas of every group together. */
export function copiesOf({ groups }: Pick<Topology, "groups">): number {
  return groups.reduce((copies, { table }) => copies + (table[0]?.length ?? 0), 0);
}
