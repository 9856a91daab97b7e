import { describe, expect, it } from "vitest";
import { Histogram } from "../../../bench/histogram.ts";
import { openLoop } from "../../../bench/worker/open-loop.ts";
import type { WorkloadSearch } from "../../../bench/workloads.ts";

const SEARCH: WorkloadSearch = { index: "bench", q: "", params: {} };
const LOOP = { workload: "page", ratePerSecond: 100, seconds: 1 } as const;

describe("openLoop", () => {
  it("charges a stall to everybody who was to begin meanwhile", async () => {
    let calls = 0;
    const stallOnce = async () => {
      calls += 1;
      const until = performance.now() + (calls === 1 ? 200 : 0);
      while (performance.now() < until);
    };
    const { seconds } = await openLoop(() => SEARCH, stallOnce, LOOP);
    const latencies = Histogram.merged(seconds.map((second) => second.latencies));
    expect(latencies.count).toBe(100);
    // Those of the first 150 ms were at least 50 ms late; only the first was slow itself.
    expect(latencies.quantile(0.85)).toBeGreaterThan(49);
  });

  it("counts failures by their code, and goes on", async () => {
    let calls = 0;
    const everyOther = async () => {
      calls += 1;
      if (calls % 2 === 0) throw Object.assign(new Error("no"), { cause: { code: "miroir_overloaded" } });
    };
    const { seconds, failures } = await openLoop(() => SEARCH, everyOther, LOOP);
    expect(failures).toEqual({ miroir_overloaded: 50 });
    expect(seconds.map(({ failed }) => failed)).toEqual([50]);
  });
});
