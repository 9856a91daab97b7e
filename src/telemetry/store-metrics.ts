import type { Clock } from "../util/clock.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { MetricRegistry } from "./metric-registry.ts";

/** What the calls of the state store took, and which failed. */
export class StoreMetrics {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #durations;
  readonly #errors;

  constructor(registry: MetricRegistry, clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#durations = registry.histogram(CATALOGUE.storeDuration);
    this.#errors = registry.counter(CATALOGUE.storeErrors);
  }

  /** Begins to measure a call; answers what to call at its end, with whether the store could not be asked. */
  begin(call: string): (isFailed: boolean) => void {
    const startedAt = this.#clock.monotonic();
    return (isFailed) => {
      this.#durations.with(call).observe((this.#clock.monotonic() - startedAt) / 1000);
      if (isFailed) this.#errors.with(call).add();
    };
  }
}
