import type { Clock } from "../util/clock.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { MetricRegistry } from "./metric-registry.ts";
import type { AttemptEnd, AttemptStart } from "./tracer.ts";

/** What the requests to each node took, and which failed. */
export class NodeMetrics {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #inFlight;
  readonly #durations;
  readonly #errors;

  constructor(registry: MetricRegistry, clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#inFlight = registry.gauge(CATALOGUE.nodeInFlight);
    this.#durations = registry.histogram(CATALOGUE.nodeRequestDuration);
    this.#errors = registry.counter(CATALOGUE.nodeErrors);
  }

  /** Begins to measure a request; answers whom to tell of its end. */
  begin({ node, operation }: AttemptStart): { end(end: AttemptEnd): void } {
    const startedAt = this.#clock.monotonic();
    const inFlight = this.#inFlight.with(node.id);
    inFlight.add(1);
    return {
      end: ({ status, error }) => {
        inFlight.add(-1);
        if (status !== undefined) {
          this.#durations.with(node.id, operation).observe((this.#clock.monotonic() - startedAt) / 1000);
        }
        if (error !== undefined) this.#errors.with(node.id, error).add();
      },
    };
  }
}
