import { describe, expect, it } from "vitest";
import type { BenchResult } from "../../../bench/measure.ts";
import { verdictsOn } from "../../../bench/targets.ts";

/** What became of the one target with these words. */
function verdictOn(promise: string, results: readonly BenchResult[]) {
  return verdictsOn(results).find((verdict) => verdict.promise === promise);
}

const CPU = "client CPU of a four-node search, against the official client on one node";
const HITS = "fewer hits parsed at four nodes";

describe("verdictsOn", () => {
  it("says of every target that nothing was measured when nothing was", () => {
    expect(new Set(verdictsOn([]).map(({ verdict }) => verdict))).toEqual(new Set(["not measured"]));
  });

  it("judges a ratio by the ratio, and not by the value beside it", () => {
    const cpu = { name: "page client CPU: miroir, four nodes", value: 900, unit: "µs" };
    expect(verdictOn(CPU, [{ ...cpu, ratioTo: "x", ratio: 0.7 }])).toMatchObject({ verdict: "met", target: "≤ 0.7 ×" });
    expect(verdictOn(CPU, [{ ...cpu, ratioTo: "x", ratio: 0.71 }])).toMatchObject({ verdict: "missed", figure: 0.71 });
    expect(verdictOn(CPU, [cpu])).toMatchObject({ verdict: "not measured" });
  });

  it("takes a minimum for what should be large", () => {
    const fewer = { name: "fewer hits parsed: miroir, four nodes", unit: "%" };
    expect(verdictOn(HITS, [{ ...fewer, value: 40 }])).toMatchObject({ verdict: "met", target: "≥ 40 %" });
    expect(verdictOn(HITS, [{ ...fewer, value: 39.9 }])).toMatchObject({ verdict: "missed" });
  });

  it("does not take a figure that is no number for a good one", () => {
    const nothing = { name: "fewer hits parsed: miroir, four nodes", value: Number.NaN, unit: "%" };
    expect(verdictOn(HITS, [nothing])).toMatchObject({ verdict: "not measured" });
  });
});
