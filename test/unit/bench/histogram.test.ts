import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../bench/corpus.ts";
import { Histogram } from "../../../bench/histogram.ts";

describe("Histogram", () => {
  it("answers quantiles within 0.1 % of the exact ones, from microseconds to minutes", () => {
    const random = seededRandom(11);
    const samples = Array.from({ length: 20_000 }, () => 0.005 * 10 ** (7 * random()));
    const histogram = new Histogram();
    for (const sample of samples) histogram.record(sample);
    samples.sort((left, right) => left - right);
    for (const q of [0.01, 0.5, 0.9, 0.99, 0.999, 1]) {
      const exact = samples[Math.ceil(q * samples.length) - 1] ?? 0;
      expect(Math.abs(histogram.quantile(q) - exact)).toBeLessThanOrEqual(exact * 0.001 + 0.0005);
    }
  });

  it("keeps microseconds apart up to two milliseconds", () => {
    const histogram = new Histogram();
    for (const ms of [0, 0.001, 1.023, 1.024, 2.047]) histogram.record(ms);
    expect([0.2, 0.4, 0.6, 0.8, 1].map((q) => histogram.quantile(q))).toEqual([0, 0.001, 1.023, 1.024, 2.047]);
  });

  it("is the sum of its parts, whoever sent them", () => {
    const [left, right, both] = [new Histogram(), new Histogram(), new Histogram()];
    for (let ms = 1; ms <= 1000; ms++) {
      (ms % 3 === 0 ? left : right).record(ms);
      both.record(ms);
    }
    const sum = Histogram.merged([left.entries(), right.entries()]);
    expect(sum.count).toBe(1000);
    expect(sum.entries()).toEqual(both.entries());
  });

  it("counts what is longer than it can tell as its longest, and has no quantile without samples", () => {
    const histogram = new Histogram();
    expect(histogram.quantile(0.5)).toBeNaN();
    histogram.record(1e12);
    expect(histogram.count).toBe(1);
    expect(histogram.quantile(1)).toBeGreaterThan(35 * 60_000);
  });
});
