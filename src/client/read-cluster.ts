import type { Topology } from "../cluster/topology.ts";
import type { Cluster } from "../routes/cluster.ts";
import { CATALOGUE } from "../telemetry/catalogue.ts";
import type { MetricRegistry } from "../telemetry/metric-registry.ts";

/** Lets metrics show the state of a cluster, which is read whenever somebody looks. */
export function readCluster(
  metrics: MetricRegistry,
  { view, health, debts, hedging }: Pick<Cluster, "view" | "health" | "debts" | "hedging">,
): void {
  const { live } = view;
  const isUsed = (node: string) => !health.isSuspect(node);
  const one = (value: number) => [[[], value] as const];
  const shardsWhere = (matches: (owners: readonly string[]) => boolean) =>
    one(ownersByShard(live.topology).filter(matches).length);
  metrics.reading(CATALOGUE.nodeHealthy, () => live.topology.nodes.map(({ id }) => [[id], isUsed(id) ? 1 : 0]));
  metrics.reading(CATALOGUE.shardsDegraded, () => shardsWhere((owners) => !owners.every(isUsed)));
  metrics.reading(CATALOGUE.shardsUncovered, () => shardsWhere((owners) => !owners.some(isUsed)));
  metrics.reading(CATALOGUE.debts, () => one(debts.ledger.list().length));
  metrics.reading(CATALOGUE.epoch, () => one(live.topology.epoch));
  metrics.reading(CATALOGUE.viewStale, () => one(view.staleMs / 1000));
  if (hedging === undefined) return;
  metrics.reading(CATALOGUE.hedgesFired, () => one(hedging.counts.fired));
  metrics.reading(CATALOGUE.hedgeRequests, () => one(hedging.counts.requests));
  metrics.reading(CATALOGUE.hedgesWon, () => one(hedging.counts.won));
  metrics.reading(CATALOGUE.hedgeSavings, () => one(hedging.counts.savedMs / 1000));
  metrics.reading(CATALOGUE.hedgeBudgetExhausted, () => one(hedging.counts.exhausted));
}

/** The nodes of all groups that hold each shard. */
function ownersByShard({ shards, groups }: Topology): string[][] {
  return Array.from({ length: shards }, (_, shard) => groups.flatMap(({ table }) => table[shard] ?? []));
}
