import type { AttemptEnd, AttemptStart, OperationEnd, OperationStart, OperationTracer } from "./tracer.ts";

type Attributes = Record<string, string | number | boolean>;

/** The part of an OpenTelemetry `Span` that is used. */
interface OtelSpan {
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}

/** The part of an OpenTelemetry `Tracer` that is used. */
export interface OtelTracer<Span extends OtelSpan = OtelSpan> {
  startSpan(name: string, options: { kind: number; attributes: Attributes }, context?: unknown): Span;
}

/** The part of the package `@opentelemetry/api` that is used: give all of it. */
export interface OtelApi<Span extends OtelSpan = OtelSpan> {
  readonly context: { active(): unknown };
  readonly trace: {
    getTracer(name: string): OtelTracer<Span>;
    setSpan(context: unknown, span: Span): unknown;
  };
  readonly propagation: { inject(context: unknown, carrier: Record<string, string>): void };
}

/** How spans are made. */
export interface OtelTracesOptions<Span extends OtelSpan = OtelSpan> {
  /** @default the global one named `miroir` */
  readonly tracer?: OtelTracer<Span>;
  /** Whether the nodes are told of the trace, for proxies before them: a Meilisearch server makes no use of it. @default false */
  readonly propagate?: boolean;
}

/** `SpanKind.CLIENT` of OpenTelemetry. */
const CLIENT = 2;

/** `SpanStatusCode.ERROR` of OpenTelemetry. */
const ERROR = 2;

/**
 * Makes an OpenTelemetry span of every call of a client, below the application's active one, and one below it of each
 * request to a node that it leads to. Names and attributes are those of database clients
 * (https://opentelemetry.io/docs/specs/semconv/database/database-spans/).
 * @returns what ends that
 */
export function otelTraces<Span extends OtelSpan>(
  client: { traceWith(tracer: OperationTracer | undefined): void },
  api: OtelApi<Span>,
  { tracer = api.trace.getTracer("miroir"), propagate = false }: OtelTracesOptions<Span> = {},
): () => void {
  client.traceWith({
    begin(start) {
      const outer = api.context.active();
      const span = tracer.startSpan(spanName(start), { kind: CLIENT, attributes: operationAttributes(start) }, outer);
      const inner = api.trace.setSpan(outer, span);
      return {
        attempt(attempt) {
          const child = startAttempt(tracer, { start, attempt }, inner);
          const headers: Record<string, string> = {};
          if (propagate) api.propagation.inject(api.trace.setSpan(outer, child), headers);
          return { ...(propagate && { headers }), end: (end) => endSpan(child, end) };
        },
        end(end) {
          span.setAttributes(answerAttributes(end));
          endSpan(span, end);
        },
      };
    },
  });
  return () => client.traceWith(undefined);
}

function spanName({ operation, index }: OperationStart): string {
  return index === undefined ? operation : `${operation} ${index}`;
}

function operationAttributes({ operation, index, query }: OperationStart): Attributes {
  return {
    "db.system.name": "meilisearch",
    "db.operation.name": operation,
    ...(index !== undefined && { "db.collection.name": index }),
    ...(query !== undefined && { "db.query.text": query }),
  };
}

/** The index is named as the application knows it, whatever it is called on the nodes. */
function startAttempt<Span extends OtelSpan>(
  tracer: OtelTracer<Span>,
  { start, attempt }: { readonly start: OperationStart; readonly attempt: AttemptStart },
  context: unknown,
): Span {
  const { operation, node } = attempt;
  const { index } = start;
  const { protocol, host, hostname, port } = new URL(node.url);
  const attributes = {
    ...operationAttributes({ operation, ...(index !== undefined && { index }) }),
    "server.address": hostname,
    "server.port": Number(port || (protocol === "https:" ? 443 : 80)),
    "miroir.node.id": node.id,
  };
  return tracer.startSpan(`${operation} ${host}`, { kind: CLIENT, attributes }, context);
}

function answerAttributes({ meta }: OperationEnd): Attributes {
  if (meta === undefined) return {};
  const { nodes, failures, degraded, exact, read } = meta;
  return {
    "miroir.nodes": nodes.length,
    "miroir.failures": failures.length,
    ...(read !== undefined && { "miroir.requests": read.requests, "miroir.hedges": read.hedges.fired }),
    "miroir.degraded": degraded,
    "miroir.exact": exact,
  };
}

function endSpan(span: OtelSpan, { status, error }: AttemptEnd): void {
  const type = error ?? (status !== undefined && status >= 400 ? String(status) : undefined);
  span.setAttributes({
    ...(status !== undefined && { "db.response.status_code": String(status) }),
    ...(type !== undefined && { "error.type": type }),
  });
  if (type !== undefined) span.setStatus({ code: ERROR });
  span.end();
}
