import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import prom from "prom-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, type StateStore, StoreUnavailable } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import { otelMetrics, promMetrics } from "../../src/telemetry/index.ts";
import type { HistogramSample } from "../../src/telemetry/metrics.ts";
import { MASTER_KEY, startCluster, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const MOVIES = Array.from({ length: 40 }, (_, id) => ({ id, title: `Movie ${id}` }));

/** A cluster with an index, and ways to read its client's metrics. */
async function setUp() {
  const cluster = await startCluster({ nodes: 3 });
  const { client } = cluster;
  await client.index("movies").addDocuments(MOVIES, { primaryKey: "id" }).waitTask();
  /** The samples of a family that have these labels. */
  const samplesOf = (name: string, labels: Record<string, string> = {}) =>
    (client.metrics.family(name)?.samples ?? []).filter((sample) =>
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    ) as { labels: Record<string, string>; value: number; count: number; sum: number }[];
  return { ...cluster, samplesOf };
}

describe("a client's metrics", () => {
  it("count the calls, the requests they led to and the nodes that answered", async () => {
    const { client, samplesOf } = await setUp();
    for (let time = 0; time < 5; time++) await client.index("movies").search("movie");
    await client
      .index("absent")
      .search("movie")
      .catch(() => undefined);
    const calls = { operation: "search", status: "200" };
    expect(samplesOf("miroir_requests_total", calls)).toEqual([{ labels: calls, value: 5 }]);
    expect(samplesOf("miroir_requests_total", { operation: "search", status: "404" })[0]?.value).toBe(1);
    expect(samplesOf("miroir_request_duration_seconds", calls)[0]).toMatchObject({ count: 5 });
    const fanOut = samplesOf("miroir_scatter_fan_out_size")[0];
    expect(fanOut?.count).toBe(5);
    const asked = samplesOf("miroir_node_request_duration_seconds", { operation: "search" });
    expect(asked.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(fanOut?.sum ?? 99);
    expect(samplesOf("miroir_requests_in_flight")).toEqual([{ labels: {}, value: 0 }]);
    for (const { value } of samplesOf("miroir_node_in_flight")) expect(value).toBe(0);
  });

  it("show what is in flight while it is", async () => {
    const { client, nodes, samplesOf } = await setUp();
    for (const node of nodes) node.faults.set({ hang: true });
    const controller = new AbortController();
    const search = client.index("movies").search("movie", {}, { signal: controller.signal });
    const ended = expect(search).rejects.toThrow();
    await eventually(async () => expect(samplesOf("miroir_node_in_flight").some(({ value }) => value > 0)).toBe(true));
    expect(samplesOf("miroir_requests_in_flight")[0]?.value).toBe(1);
    controller.abort();
    await ended;
    for (const node of nodes) node.faults.clear();
    await eventually(() => {
      for (const { value } of samplesOf("miroir_requests_in_flight")) expect(value).toBe(0);
      for (const { value } of samplesOf("miroir_node_in_flight")) expect(value).toBe(0);
    });
    expect(samplesOf("miroir_requests_total", { operation: "search", status: "aborted" })[0]?.value).toBe(1);
  });

  it("show a node that was killed as unhealthy, with its errors, and never count backwards", async () => {
    const { client, nodes, samplesOf } = await setUp();
    await client.index("movies").search("movie");
    const before = counters(client);
    expect(samplesOf("miroir_node_healthy").map(({ value }) => value)).toEqual([1, 1, 1]);
    expect(samplesOf("miroir_shards_degraded")[0]?.value).toBe(0);
    await nodes[1]?.close();
    // Preferences are spread over all nodes, however slow one was so far.
    for (let time = 0; time < 20; time++) {
      await client
        .index("movies")
        .with({ preference: `reader ${time}` })
        .search("movie");
    }
    const [, killed] = samplesOf("miroir_node_healthy");
    expect(killed?.value).toBe(0);
    expect(samplesOf("miroir_shards_degraded")[0]?.value).toBeGreaterThan(0);
    expect(samplesOf("miroir_shards_uncovered")[0]?.value).toBe(0);
    const errors = samplesOf("miroir_node_errors_total", { node_id: killed?.labels["node_id"] ?? "" });
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.map(({ labels }) => labels["error_type"])).not.toContain("aborted");
    expect(samplesOf("miroir_node_errors_total")).toEqual(errors);
    expect(samplesOf("miroir_scatter_retries_total")[0]?.value).toBeGreaterThan(0);
    await client.index("movies").addDocuments(MOVIES);
    expect(samplesOf("miroir_debts")[0]?.value).toBeGreaterThan(0);
    expect(samplesOf("miroir_degraded_requests_total", { operation: "write_documents" })[0]?.value).toBe(1);
    const after = counters(client);
    for (const [series, value] of before) expect(after.get(series), series).toBeGreaterThanOrEqual(value);
  });

  it("say which answers left out shards, and which writes found too few nodes", async () => {
    const { client, nodes, samplesOf } = await setUp();
    await Promise.all(nodes.slice(1).map((node) => node.close()));
    await client.index("movies").search("movie");
    await expect(client.index("movies").addDocuments(MOVIES)).rejects.toThrow();
    expect(samplesOf("miroir_errors_total")).toEqual([{ labels: { code: "miroir_no_quorum" }, value: 1 }]);
    expect(samplesOf("miroir_shards_uncovered")[0]?.value).toBeGreaterThan(0);
    expect(samplesOf("miroir_scatter_partial_responses_total")[0]?.value).toBe(1);
    expect(samplesOf("miroir_degraded_requests_total", { operation: "search" })[0]?.value).toBe(1);
  });

  it("show hedging where there is hedging", async () => {
    const { client, nodes, connect, samplesOf } = await setUp();
    const plain = connect({ hedging: false });
    await plain.index("movies").search("movie");
    expect(plain.metrics.text()).not.toContain("miroir_hedge");
    for (let time = 0; time < 60; time++) await client.index("movies").search("movie");
    nodes[0]?.faults.set({ latencyMs: 300 });
    await eventually(async () => {
      await client.index("movies").search("movie");
      for (const name of ["fired_total", "requests_total", "won_total", "saved_seconds_total"]) {
        expect(samplesOf(`miroir_hedge_${name}`)[0]?.value, name).toBeGreaterThan(0);
      }
    }, 20_000);
    expect(samplesOf("miroir_hedge_budget_exhausted_total")).toHaveLength(1);
  });

  it("tell reads that asked fewer shards from those that asked all", async () => {
    const { client, samplesOf } = await setUp();
    const movies = client.index("movies");
    await movies.updateFilterableAttributes(["id"]).waitTask();
    await movies.search("movie", { filter: "id = 3" });
    await movies.search("movie");
    await movies.search("movie");
    expect(samplesOf("miroir_query_plan_narrowable_total", { narrowed: "true" })[0]?.value).toBe(1);
    expect(samplesOf("miroir_query_plan_narrowable_total", { narrowed: "false" })[0]?.value).toBe(2);
  });

  it("have no series for what callers make up", async () => {
    const { client, samplesOf } = await setUp();
    for (let at = 0; at < 30; at++) {
      await client
        .index(`invented-${at}`)
        .search("movie")
        .catch(() => undefined);
      await client
        .index("movies")
        .getDocument(`invented-${at}`)
        .catch(() => undefined);
      await client.httpRequest.get({ path: `invented/${at}` }).catch(() => undefined);
    }
    expect(samplesOf("miroir_requests_total").length).toBeLessThan(10);
    expect(client.metrics.text()).not.toContain("invented");
  });

  it("are shared by the views of a client, and empty with a single host", async () => {
    const { client, samplesOf, nodes } = await setUp();
    await client.with({ preference: "a" }).index("movies").search("movie");
    expect(samplesOf("miroir_requests_total", { operation: "search" })[0]?.value).toBe(1);
    const single = new MiroirClient({ host: nodes[0]?.url ?? "", apiKey: MASTER_KEY });
    await single.health();
    expect(single.metrics.family("miroir_requests_total")).toBeUndefined();
  });
});

describe("metrics of the state store", () => {
  it("are there with a store, and count the calls that it did not answer", async () => {
    const nodes = await startNodes(2);
    const memory = memoryStore().open();
    const config = { nodes: nodes.map(({ url }) => url), shards: 16, replicationFactor: 2 };
    const topology = buildTopology({ ...toClusterConfig(config), clusterId: "cluster" }, await loadHasher());
    await putIntoStore(memory, topology, []);
    let isAway = false;
    const list: StateStore["list"] = async (...given) => {
      if (isAway) throw new StoreUnavailable("The store is away.", { outcome: "none" });
      return memory.list(...given);
    };
    const client = new MiroirClient({ topology: { ...memory, list }, apiKey: MASTER_KEY });
    onTestFinished(() => client.close());
    await client.createIndex("movies").waitTask();
    const lists = () =>
      client.metrics.family("miroir_store_request_duration_seconds")?.samples.map(({ labels }) => labels);
    expect(lists()).toContainEqual({ call: "list" });
    expect(client.metrics.family("miroir_store_errors_total")).toBeUndefined();
    isAway = true;
    await expect(client.createIndex("films")).rejects.toThrow();
    expect(client.metrics.family("miroir_store_errors_total")?.samples).toEqual([
      { labels: { call: "list" }, value: expect.any(Number) },
    ]);
  });

  it("are not there without a store", async () => {
    const { client } = await setUp();
    expect(client.metrics.text()).not.toContain("miroir_store");
  });
});

describe("promMetrics", () => {
  it("shows in a prom-client register what the client's own text shows, until it is told to stop", async () => {
    const { client } = await setUp();
    const register = new prom.Registry();
    const stop = promMetrics(client, register);
    await client.index("movies").search("movie");
    const lines = (await register.metrics()).split("\n");
    const own = client.metrics.text().split("\n");
    const samples = (all: string[]) => all.filter((line) => line !== "" && !line.startsWith("#")).sort();
    expect(samples(lines)).toEqual(samples(own));
    expect(own.filter((line) => !lines.includes(line))).toEqual([]);
    expect((await register.getMetricsAsJSON()).map(({ name }) => name)).toContain("miroir_requests_total");
    register.resetMetrics();
    stop();
    expect(await register.metrics()).toBe("\n");
  });
});

describe("otelMetrics", () => {
  it("hands counters, gauges and histograms to a meter, until it is told to stop", async () => {
    const { client, samplesOf } = await setUp();
    const reader = new HandReader();
    const provider = new MeterProvider({ readers: [reader] });
    onTestFinished(() => provider.shutdown());
    const stop = otelMetrics(client, provider.getMeter("test"));
    await client.index("movies").search("movie");
    const read = async () => {
      const { resourceMetrics } = await reader.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return new Map(metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]));
    };
    const collected = await read();
    expect(collected.get("miroir_epoch")).toMatchObject([{ value: 1 }]);
    expect(collected.get("miroir_node_healthy")).toHaveLength(3);
    const calls = collected
      .get("miroir_requests_total")
      ?.map(({ attributes, value }) => ({ labels: attributes, value }));
    expect(calls).toEqual(samplesOf("miroir_requests_total"));
    const [first] = client.metrics.family("miroir_request_duration_seconds")?.samples ?? [];
    const { buckets } = first as HistogramSample;
    const boundaries = buckets.slice(0, -1).map(({ le }) => le);
    expect(collected.get("miroir_request_duration_seconds")).toMatchObject([
      { attributes: { operation: "search", status: "200" }, value: { count: 1, buckets: { boundaries } } },
    ]);
    stop();
    await client.index("movies").search("movie");
    expect((await read()).get("miroir_request_duration_seconds")).toMatchObject([{ value: { count: 1 } }]);
  });
});

/** Reads when it is told to. */
class HandReader extends MetricReader {
  protected override onForceFlush = () => Promise.resolve();
  protected override onShutdown = () => Promise.resolve();
}

/** The value of every series that may only grow. */
function counters(client: MiroirClient): Map<string, number> {
  const lines = client.metrics
    .text()
    .split("\n")
    .filter((line) => /^[^#]*(_total|_count|_sum|_bucket)/.test(line));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ""), Number(line.replace(/^.* /, ""))]));
}
