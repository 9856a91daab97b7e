import * as api from "@opentelemetry/api";
import { describe, expect, it, onTestFinished } from "vitest";
import { type OtelTracesOptions, otelTraces } from "../../src/telemetry/index.ts";
import { startCluster } from "../support/cluster.ts";
import { recordSpans } from "../support/recorded-spans.ts";

const MOVIES = Array.from({ length: 40 }, (_, id) => ({ id, title: `Movie ${id}` }));

/** Sends a span on as W3C's Trace Context says. */
const TRACE_PARENT: api.TextMapPropagator = {
  inject(context, carrier, setter) {
    const span = api.trace.getSpanContext(context);
    if (span !== undefined) setter.set(carrier, "traceparent", `00-${span.traceId}-${span.spanId}-01`);
  },
  extract: (context) => context,
  fields: () => ["traceparent"],
};

/** A traced client of three nodes with an index. */
async function setUp(options: Pick<OtelTracesOptions, "propagate"> = {}) {
  const cluster = await startCluster({ nodes: 3 });
  await cluster.client.index("movies").addDocuments(MOVIES, { primaryKey: "id" }).waitTask();
  const recorded = recordSpans();
  const stop = otelTraces(cluster.client, api, { tracer: recorded.tracer, ...options });
  const named = (name: string) => recorded.spans().filter((span) => span.name === name);
  return { ...cluster, ...recorded, stop, named };
}

describe("otelTraces", () => {
  it("makes a span of every call below the application's own, and one below it of each request to a node", async () => {
    const { client, tracer, spans, named, nodes } = await setUp();
    await tracer.startActiveSpan("page", async (page) => {
      await client.index("movies").search("movie");
      page.end();
    });
    const [page] = named("page");
    const [search] = named("search movies");
    expect(search?.parentSpanContext?.spanId).toBe(page?.spanContext().spanId);
    expect(search).toMatchObject({
      kind: api.SpanKind.CLIENT,
      status: { code: api.SpanStatusCode.UNSET },
      attributes: {
        "db.system.name": "meilisearch",
        "db.operation.name": "search",
        "db.collection.name": "movies",
        "db.response.status_code": "200",
        "miroir.degraded": false,
        "miroir.exact": true,
        "miroir.failures": 0,
      },
    });
    const attempts = spans().filter((span) => span !== page && span !== search);
    expect(attempts.length).toBe(search?.attributes["miroir.nodes"]);
    const hosts = nodes.map(({ url }) => new URL(url));
    for (const attempt of attempts) {
      expect(attempt.parentSpanContext?.spanId).toBe(search?.spanContext().spanId);
      expect(attempt.spanContext().traceId).toBe(page?.spanContext().traceId);
      const { attributes } = attempt;
      const url = hosts.find(({ port }) => Number(port) === attributes["server.port"]);
      expect(attempt.name).toBe(`search ${url?.host}`);
      expect(attributes).toMatchObject({ "server.address": url?.hostname, "db.collection.name": "movies" });
      expect(attributes["db.response.status_code"]).toBe("200");
    }
  });

  it("tells calls that run at the same time apart", async () => {
    const { client, named, spans } = await setUp();
    await Promise.all([client.index("movies").search("movie"), client.index("movies").getDocuments()]);
    const [search] = named("search movies");
    const [documents] = named("get_documents movies");
    const below = (parent: typeof search) =>
      spans().filter((span) => span.parentSpanContext?.spanId === parent?.spanContext().spanId);
    expect(below(search).length).toBeGreaterThan(0);
    for (const { name } of below(search)) expect(name).toMatch(/^search 127/);
    expect(below(documents).length).toBeGreaterThan(0);
    for (const { name } of below(documents)) expect(name).toMatch(/^get_documents 127/);
  });

  it("shows the requests that failed, and the call that they did not harm", async () => {
    const { client, nodes, named, spans } = await setUp();
    nodes[0]?.faults.set({ refuse: true });
    for (let time = 0; time < 10; time++) await client.index("movies").search("movie");
    const failed = spans().filter(({ status }) => status.code === api.SpanStatusCode.ERROR);
    expect(failed.length).toBeGreaterThan(0);
    for (const { attributes } of failed) {
      expect(attributes["server.port"]).toBe(Number(new URL(nodes[0]?.url ?? "").port));
      expect(["reset", "unreachable"]).toContain(attributes["error.type"]);
      expect(attributes).not.toHaveProperty("db.response.status_code");
    }
    const searches = named("search movies");
    expect(searches).toHaveLength(10);
    const failures = searches.reduce((sum, { attributes }) => sum + Number(attributes["miroir.failures"]), 0);
    expect(failures).toBe(failed.length);
  });

  it("shows a call that was refused, with the code of its error", async () => {
    const { client, named } = await setUp();
    await client
      .index("absent")
      .search("movie")
      .catch(() => undefined);
    const [refused] = named("search absent");
    expect(refused?.status.code).toBe(api.SpanStatusCode.ERROR);
    expect(refused?.attributes).toMatchObject({
      "db.response.status_code": "404",
      "error.type": "index_not_found",
    });
  });

  it("shows a call that was given up, which has no status", async () => {
    const { client, nodes, named } = await setUp();
    for (const node of nodes) node.faults.set({ hang: true });
    const controller = new AbortController();
    const search = client.index("movies").search("movie", {}, { signal: controller.signal });
    controller.abort();
    await expect(search).rejects.toThrow();
    for (const node of nodes) node.faults.clear();
    await expect.poll(() => named("search movies")[0]?.attributes["error.type"]).toBe("aborted");
    expect(named("search movies")[0]?.attributes).not.toHaveProperty("db.response.status_code");
  });

  it("tells the nodes of the trace when it is to", async () => {
    api.propagation.setGlobalPropagator(TRACE_PARENT);
    onTestFinished(() => api.propagation.disable());
    for (const propagate of [false, true]) {
      const { client, nodes, spans } = await setUp({ propagate });
      const seen: unknown[] = [];
      for (const node of nodes) {
        node.faults.set({ refuse: true, match: ({ headers }) => seen.push(headers["traceparent"]) < 0 });
      }
      await client.index("movies").search("movie");
      const sent = spans()
        .filter(({ name }) => name.startsWith("search 127"))
        .map((span) => `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`);
      expect(sent.length).toBeGreaterThan(0);
      expect(seen.filter((header) => header !== undefined).sort()).toEqual(propagate ? sent.sort() : []);
    }
  });

  it("stops when it is told to", async () => {
    const { client, spans, stop } = await setUp();
    stop();
    await client.index("movies").search("movie");
    expect(spans()).toEqual([]);
  });
});
