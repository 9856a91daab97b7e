import { CATALOGUE } from "./catalogue.ts";
import { sampleLines } from "./exposition.ts";
import type { FamilySpec } from "./family.ts";
import type { Metrics } from "./metrics.ts";

/** The part of a prom-client `Registry` that is used. */
export interface PromRegister {
  registerMetric(metric: unknown): void;
  removeSingleMetric(name: string): void;
}

/**
 * Shows a client's metrics in a prom-client `Registry`, so that they are scraped with the application's own. They are read
 * when they are scraped. Two clients in one register need labels of their own: give each its register.
 * @returns what takes them out again
 */
export function promMetrics(client: { readonly metrics: Metrics }, register: PromRegister): () => void {
  const specs = Object.values(CATALOGUE);
  for (const spec of specs) register.registerMetric(promMetric(client.metrics, spec));
  return () => {
    for (const { name } of specs) register.removeSingleMetric(name);
  };
}

/** A family as prom-client wants to find it in its register. */
function promMetric(metrics: Metrics, { name, help, kind }: FamilySpec) {
  const values = () => {
    const family = metrics.family(name);
    const lines = family === undefined ? [] : sampleLines(family);
    return lines.map((line) => ({ metricName: line.name, labels: line.labels, value: line.value }));
  };
  return {
    ...{ name, help, type: kind, aggregator: "sum" },
    get: () => Promise.resolve({ name, help, type: kind, aggregator: "sum", values: values() }),
    /** What was counted stays counted. */
    reset: () => undefined,
  };
}
