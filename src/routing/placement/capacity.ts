/** What a node may carry of one group's replicas. */
export interface WeightedNode {
  readonly id: string;
  readonly weight: number;
}

/**
 * Most replicas per node, in the order of the nodes: ⌈replicas · weight / Σ weights⌉.
 * A node holds a shard once at most, so what a heavy node cannot take is shared out among the others by weight. The
 * caps add up to the replicas at least, none is above `shards`: a table always exists (Gale–Ryser).
 */
export function capacities(nodes: readonly WeightedNode[], shards: number, replicationFactor: number): number[] {
  const full = new Set<WeightedNode>();
  for (;;) {
    const open = nodes.filter((node) => !full.has(node));
    const weights = open.reduce((sum, node) => sum + node.weight, 0);
    const replicas = shards * (replicationFactor - full.size);
    const share = (node: WeightedNode): number => Math.ceil(round((replicas * node.weight) / weights));
    const overfull = open.filter((node) => share(node) > shards);
    if (overfull.length === 0) return nodes.map((node) => (full.has(node) ? shards : share(node)));
    for (const node of overfull) full.add(node);
  }
}

/** Takes the last bits off a quotient, so that 42.00000000000001 is not rounded up to 43. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}
