import client from "prom-client";
import { describe, expect, it } from "vitest";
import { MetricRegistry } from "../../../src/telemetry/metric-registry.ts";

const REQUESTS = { name: "miroir_requests_total", kind: "counter", help: "Calls.", labels: ["operation"] } as const;
const OPEN = { name: "miroir_open", kind: "gauge", help: "Open ones.", labels: [] } as const;
const SECONDS = {
  name: "miroir_seconds",
  kind: "histogram",
  help: 'Time, "in\nseconds" \\.',
  labels: ["node_id"],
  bounds: [0.1, 1],
} as const;

describe("MetricRegistry", () => {
  it("answers the series of the same labels again, from any place that asks", () => {
    const registry = new MetricRegistry();
    registry.counter(REQUESTS).with("search").add();
    registry.counter(REQUESTS).with("search").add(2);
    registry.counter(REQUESTS).with("stats").add();
    expect(registry.family(REQUESTS.name)).toEqual({
      ...{ name: REQUESTS.name, kind: "counter", help: "Calls." },
      samples: [
        { labels: { operation: "search" }, value: 3 },
        { labels: { operation: "stats" }, value: 1 },
      ],
    });
  });

  it("shows no family that nobody fed", () => {
    const registry = new MetricRegistry();
    registry.counter(REQUESTS);
    registry.reading(OPEN, () => []);
    expect(registry.snapshot()).toEqual([]);
    expect(registry.family(REQUESTS.name)).toBeUndefined();
    expect(registry.family("miroir_unheard_of")).toBeUndefined();
    expect(registry.text()).toBe("");
  });

  it("counts values in the bucket whose bound they reach, and what is above all bounds in one more", () => {
    const registry = new MetricRegistry();
    const seconds = registry.histogram(SECONDS).with("a");
    for (const value of [0.05, 0.1, 0.2, 5]) seconds.observe(value);
    expect(registry.family(SECONDS.name)?.samples).toEqual([
      {
        labels: { node_id: "a" },
        count: 4,
        sum: 5.35,
        buckets: [
          { le: 0.1, count: 2 },
          { le: 1, count: 3 },
          { le: Number.POSITIVE_INFINITY, count: 4 },
        ],
      },
    ]);
  });

  it("reads what others keep when somebody looks", () => {
    const registry = new MetricRegistry();
    let open = 1;
    registry.reading(OPEN, () => [[[], open]]);
    open = 7;
    expect(registry.family(OPEN.name)?.samples).toEqual([{ labels: {}, value: 7 }]);
  });

  it("puts everything beyond a thousand label values into `other`, and loses nothing", () => {
    const registry = new MetricRegistry();
    const requests = registry.counter(REQUESTS);
    for (let name = 0; name < 1500; name++) requests.with(`operation-${name}`).add();
    requests.with("operation-0").add();
    const samples = registry.snapshot().flatMap(({ samples }) => samples as { labels: object; value: number }[]);
    expect(samples).toHaveLength(1001);
    expect(samples[0]?.value).toBe(2);
    expect(samples.at(-1)).toEqual({ labels: { operation: "other" }, value: 500 });
  });

  it("tells listeners of each value of a histogram, until they have heard enough", () => {
    const registry = new MetricRegistry();
    const heard: unknown[] = [];
    const stop = registry.onObservation((...observation) => heard.push(observation));
    registry.histogram(SECONDS).with("a").observe(0.5);
    stop();
    registry.histogram(SECONDS).with("a").observe(0.6);
    expect(heard).toEqual([[SECONDS.name, { node_id: "a" }, 0.5]]);
  });

  it("writes the text that prom-client writes of the same values", async () => {
    const register = new client.Registry();
    const theirs = {
      counter: new client.Counter({ ...REQUESTS, labelNames: ["operation"], registers: [register] }),
      gauge: new client.Gauge({ ...OPEN, registers: [register] }),
      histogram: new client.Histogram({
        ...SECONDS,
        labelNames: ["node_id"],
        buckets: [0.1, 1],
        registers: [register],
      }),
    };
    const registry = new MetricRegistry();
    const awkward = 'a "b"\n\\c';
    for (const [operation, amount] of [
      ["search", 2.5],
      [awkward, 1e21],
    ] as const) {
      theirs.counter.inc({ operation }, amount);
      registry.counter(REQUESTS).with(operation).add(amount);
    }
    theirs.gauge.set(-0.25);
    registry.gauge(OPEN).with().add(-0.25);
    for (const value of [0.05, 0.5, 7]) {
      theirs.histogram.observe({ node_id: awkward }, value);
      registry.histogram(SECONDS).with(awkward).observe(value);
    }
    expect(linesOf(registry.text())).toEqual(linesOf(await register.metrics()));
  });
});

/** Lines with the labels of a sample in the order of their names, which has no meaning. */
function linesOf(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      line.replace(
        /\{(.*)\}/,
        (_, labels: string) =>
          `{${labels
            .split(/,(?=\w+=)/)
            .sort()
            .join()}}`,
      ),
    );
}
