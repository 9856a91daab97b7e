import { watchedStore } from "../store/watched-store.ts";
import type { MetricRegistry } from "../telemetry/metric-registry.ts";
import { StoreMetrics } from "../telemetry/store-metrics.ts";
import type { Clock } from "../util/clock.ts";
import type { ClusterSource } from "./cluster-source.ts";

/** What calls of a store are measured with. */
interface Measuring {
  readonly metrics: MetricRegistry;
  readonly clock: Clock;
}

/** Measures the calls of the store that holds a cluster, where one does. */
export function watchSource(source: ClusterSource, { metrics, clock }: Measuring): ClusterSource {
  if (source.store === undefined) return source;
  const calls = new StoreMetrics(metrics, clock);
  return { ...source, store: watchedStore(source.store, (call) => calls.begin(call)) };
}
