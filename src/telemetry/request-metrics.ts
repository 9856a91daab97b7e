import type { Meta } from "../core/meta.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { MetricRegistry } from "./metric-registry.ts";
import type { OperationName } from "./operation-name.ts";
import type { OperationEnd } from "./tracer.ts";

/** What the application's calls took, and what their answers stand on. */
export class RequestMetrics {
  readonly #inFlight;
  readonly #durations;
  readonly #ended;
  readonly #degraded;
  readonly #errors;
  readonly #fanOut;
  readonly #partial;
  readonly #retries;
  readonly #narrowable;
  readonly #topUps;
  readonly #cutOffs;
  readonly #coalesced;

  constructor(registry: MetricRegistry) {
    this.#inFlight = registry.gauge(CATALOGUE.requestsInFlight).with();
    this.#durations = registry.histogram(CATALOGUE.requestDuration);
    this.#ended = registry.counter(CATALOGUE.requests);
    this.#degraded = registry.counter(CATALOGUE.degradedRequests);
    this.#errors = registry.counter(CATALOGUE.errors);
    this.#fanOut = registry.histogram(CATALOGUE.scatterFanOut).with();
    this.#partial = registry.counter(CATALOGUE.scatterPartial).with();
    this.#retries = registry.counter(CATALOGUE.scatterRetries).with();
    this.#narrowable = registry.counter(CATALOGUE.narrowable);
    this.#topUps = registry.counter(CATALOGUE.topUps).with();
    this.#cutOffs = registry.counter(CATALOGUE.cutOffs).with();
    this.#coalesced = registry.counter(CATALOGUE.coalescedSearches);
  }

  began(): void {
    this.#inFlight.add(1);
  }

  /** @param durationMs milliseconds since it began */
  ended(operation: OperationName, end: OperationEnd, durationMs: number): void {
    const status = end.status === undefined ? (end.error ?? "") : String(end.status);
    this.#inFlight.add(-1);
    this.#durations.with(operation, status).observe(durationMs / 1000);
    this.#ended.with(operation, status).add();
    if (end.error?.startsWith("miroir_") === true) this.#errors.with(end.error).add();
    if (end.meta !== undefined) this.#learn(operation, end.meta);
  }

  /** Everything that the answer itself knows is counted here, and not where it came about. */
  #learn(
    operation: OperationName,
    { degraded, coverage, nodes, failures, narrowed, search, mayBeCutOff, shared }: Meta,
  ): void {
    if (degraded) this.#degraded.with(operation).add();
    if (coverage === undefined) return;
    this.#fanOut.observe(nodes.length);
    if (coverage.missing.length > 0) this.#partial.add();
    if (narrowed !== undefined) this.#narrowable.with(String(narrowed)).add();
    if (mayBeCutOff === true) this.#cutOffs.add();
    // What a shared answer took is counted for the call that asked the nodes.
    if (shared === true) {
      this.#coalesced.with().add();
      return;
    }
    this.#retries.add(failures.length);
    if (search !== undefined) this.#topUps.add(search.topUps);
  }
}
