import { capacities, type WeightedNode } from "../../routing/placement/capacity.ts";

type Table = readonly (readonly string[])[];

/** Replicas of a group by node, in the order of the nodes. */
export function loadsOf(table: Table, nodes: readonly WeightedNode[]): number[] {
  const counts = new Map<string, number>();
  for (const id of table.flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return nodes.map(({ id }) => counts.get(id) ?? 0);
}

/**
 * How unevenly a group's replicas lie on its nodes: what separates the fullest from the emptiest, each by its weight, over
 * the mean. 0 is even, 1 means that they are one mean share apart.
 */
export function spreadOf(table: Table, nodes: readonly WeightedNode[]): number {
  const fills = loadsOf(table, nodes).map((load, position) => load / (nodes[position]?.weight ?? 1));
  const weights = nodes.reduce((sum, { weight }) => sum + weight, 0);
  const mean = table.flat().length / weights;
  return mean === 0 ? 0 : (Math.max(...fills) - Math.min(...fills)) / mean;
}

/** Whether a node of a group holds more than its cap. */
export function isAboveCap(table: Table, nodes: readonly WeightedNode[], replicationFactor: number): boolean {
  const caps = capacities(nodes, table.length, replicationFactor);
  return loadsOf(table, nodes).some((load, position) => load > (caps[position] ?? 0));
}
