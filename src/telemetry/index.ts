/** Ways to hand a client's metrics and spans on: the objects of prom-client and OpenTelemetry are the application's own. */
export type { MetricFamily, Metrics } from "./metrics.ts";
export { type OtelMeter, otelMetrics } from "./otel-metrics.ts";
export { type OtelApi, type OtelTracer, type OtelTracesOptions, otelTraces } from "./otel-traces.ts";
export { type PromRegister, promMetrics } from "./prom-metrics.ts";
export type { AttemptSpan, OperationSpan, OperationTracer } from "./tracer.ts";
