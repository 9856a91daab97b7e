import { describe, expect, it } from "vitest";
import { scaleOf } from "../../../bench/report/scale.ts";

const labelsOf = (scale: ReturnType<typeof scaleOf>) => scale.ticks.map(({ label }) => label);

describe("scaleOf", () => {
  it("begins linear axes at zero and ends them at a round number that nothing exceeds", () => {
    const scale = scaleOf("linear", [3, 87]);
    expect(labelsOf(scale)).toEqual(["0", "20", "40", "60", "80", "100"]);
    expect([0, 50, 100].map((value) => scale.place(value))).toEqual([0, 0.5, 1]);
  });

  it("ends logarithmic axes at the next 1, 2 or 5", () => {
    const scale = scaleOf("log", [3, 80]);
    expect(labelsOf(scale)).toEqual(["2", "5", "10", "20", "50", "100"]);
    expect(scale.place(2)).toBe(0);
    expect(scale.place(100)).toBeCloseTo(1, 9);
    expect(scale.place(Math.sqrt(2 * 100))).toBeCloseTo(0.5, 9);
  });

  it("writes only powers of ten on a logarithmic axis of many steps", () => {
    expect(labelsOf(scaleOf("log", [3, 9000]))).toEqual(["10", "100", "1000", "10000"]);
  });

  it("doubles along an axis of doubling counts", () => {
    expect(labelsOf(scaleOf("log", [1, 4, 32]))).toEqual(["1", "2", "4", "8", "16", "32"]);
  });

  it("gives every further nine of a share the same room", () => {
    const scale = scaleOf("share", [0, 0.5, 0.999]);
    expect(labelsOf(scale)).toEqual(["p0", "p50", "p90", "p95", "p99", "p99.9"]);
    expect([0, 0.9, 0.99, 0.999].map((share) => scale.place(share))).toEqual(
      [0, 1 / 3, 2 / 3, 1].map((place) => expect.closeTo(place, 9)),
    );
  });

  it("shows one value, and none at all, without dividing by zero", () => {
    for (const kind of ["linear", "log", "share"] as const) {
      for (const values of [[], [5], [0]]) {
        if (kind === "share" && values[0] === 5) continue;
        const { place, ticks } = scaleOf(kind, values);
        expect(ticks.length).toBeGreaterThan(0);
        for (const value of values) expect(place(value)).toBeGreaterThanOrEqual(0);
      }
    }
  });
});
