import type { EventBus } from "../core/events.ts";
import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import type { Clock } from "../util/clock.ts";
import { codeOf, nameFailure } from "./failure-names.ts";
import { MetricRegistry } from "./metric-registry.ts";
import { NodeMetrics } from "./node-metrics.ts";
import { nameOperation } from "./operation-name.ts";
import { RequestMetrics } from "./request-metrics.ts";
import { SEARCHES, slowEvent } from "./slow-search.ts";
import type { OperationEnd, OperationSpan, OperationTracer } from "./tracer.ts";

/** What a {@link Telemetry} is made with. */
export interface TelemetryOptions {
  readonly clock: Pick<Clock, "monotonic">;
  readonly events: EventBus;
  /** Time from which on a search is told of as slow, in milliseconds. @default never */
  readonly slowSearchMs?: number | undefined;
  /** Whether spans and slow searches say what was searched for. @default false */
  readonly captureQueries?: boolean | undefined;
}

/** Measures the calls of one client and the requests they lead to. */
export class Telemetry {
  readonly metrics = new MetricRegistry();
  readonly nodes: NodeMetrics;
  /** Makes a span of every call and every request from now on. */
  tracer: OperationTracer | undefined;
  readonly #options: TelemetryOptions;
  readonly #requests: RequestMetrics;
  readonly #slowMs: number;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    this.#slowMs = options.slowSearchMs ?? Number.POSITIVE_INFINITY;
    this.#requests = new RequestMetrics(this.metrics);
    this.nodes = new NodeMetrics(this.metrics, options.clock);
  }

  /** Observes a call from here to its end; `run` is given the span that the call's requests belong to, if there is one. */
  async observe(
    request: ClusterRequest,
    run: (span: OperationSpan | undefined) => Promise<ClusterResponse>,
  ): Promise<ClusterResponse> {
    const startedAt = this.#options.clock.monotonic();
    const named = nameOperation(request.method, request.path);
    const span = this.tracer?.begin({ ...named, ...this.#capture(request) });
    this.#requests.began();
    let end: OperationEnd = {};
    try {
      const response = await run(span);
      end = endOf(response);
      return response;
    } catch (error) {
      end = nameFailure(error, request.signal);
      throw error;
    } finally {
      const durationMs = this.#options.clock.monotonic() - startedAt;
      this.#requests.ended(named.operation, end, durationMs);
      if (durationMs >= this.#slowMs && SEARCHES.has(named.operation)) {
        this.#options.events.tell("slow", slowEvent({ ...named, ...this.#capture(request) }, end, durationMs));
      }
      span?.end(end);
    }
  }

  #capture(request: ClusterRequest): { readonly query?: string } {
    const query = this.#options.captureQueries === true ? queryOf(request) : undefined;
    return query === undefined ? {} : { query };
  }
}

function endOf({ status, body, meta }: ClusterResponse): OperationEnd {
  return { status, ...(status >= 400 && { error: codeOf(body, status) }), ...(meta !== undefined && { meta }) };
}

/** The words that a search is for, when it is a single one. */
function queryOf({ method, params, body }: ClusterRequest): string | undefined {
  const q = method === "GET" ? params["q"] : (body as { q?: unknown } | null | undefined)?.q;
  return typeof q === "string" ? q : undefined;
}
