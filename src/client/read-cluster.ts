import type { Cluster } from "../routes/cluster.ts";
import { CATALOGUE } from "../telemetry/catalogue.ts";
import type { MetricRegistry } from "../telemetry/metric-registry.ts";

/** Lets metrics show the state of a cluster, which is read whenever somebody looks. */
export function readCluster(
  metrics: MetricRegistry,
  { view, health, debts }: Pick<Cluster, "view" | "health" | "debts">,
): void {
  const one = (value: number) => [[[], value] as const];
  metrics.reading(CATALOGUE.nodeHealthy, () =>
    view.live.topology.nodes.map(({ id }) => [[id], health.isSuspect(id) ? 0 : 1]),
  );
  metrics.reading(CATALOGUE.debts, () => one(debts.ledger.list().length));
  metrics.reading(CATALOGUE.epoch, () => one(view.live.topology.epoch));
  metrics.reading(CATALOGUE.viewStale, () => one(view.staleMs / 1000));
}
