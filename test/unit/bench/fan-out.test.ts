import { describe, expect, it } from "vitest";
import { type FanOutModel, simulateFanOut } from "../../../bench/simulator/fan-out.ts";

const MODEL: FanOutModel = {
  ...{ nodes: 4, nodeBaseMs: 1, corpusMs: 8, clientBaseMs: 0.5, clientPartMs: 0.25 },
  ...{ stallShare: 0, stallMs: 0, searchesPerSecond: 0.01, searches: 200, seed: 1 },
};

describe("simulateFanOut", () => {
  it("takes a node's time and the client's when nobody waits for anybody", () => {
    const { p50Ms, p99Ms } = simulateFanOut(MODEL);
    expect(p50Ms).toBeCloseTo(1 + 8 / 4 + 0.5 + 4 * 0.25, 2);
    expect(p99Ms).toBeCloseTo(p50Ms, 2);
  });

  it("makes searches wait once they come faster than nodes answer", () => {
    const { p50Ms, limitPerSecond } = simulateFanOut({ ...MODEL, searchesPerSecond: 500 });
    expect(limitPerSecond).toBeCloseTo(1000 / 3, 6);
    expect(p50Ms).toBeGreaterThan(50);
  });

  it("is bound by the client once its parts take longer than a node does", () => {
    expect(simulateFanOut({ ...MODEL, nodes: 32 }).limitPerSecond).toBeCloseTo(1000 / 8.5, 6);
  });

  it("hedges late parts away, within 5 % of all requests and a burst of ten", () => {
    const stalling = { ...MODEL, stallShare: 0.02, stallMs: 100, searches: 4000, searchesPerSecond: 10 };
    const plain = simulateFanOut(stalling);
    const hedged = simulateFanOut({ ...stalling, hedgeAfterMs: 9 });
    expect(plain.p99Ms).toBeGreaterThan(100);
    expect(hedged.p99Ms).toBeLessThan(20);
    expect(hedged.hedgedShare).toBeGreaterThan(0.01);
    const slow = simulateFanOut({ ...stalling, stallShare: 1, hedgeAfterMs: 9 });
    expect(slow.hedgedShare).toBeLessThanOrEqual(0.05 + 10 / 16_000);
    expect(slow.hedgedShare).toBeGreaterThan(0.04);
  });

  it("says the same for the same seed, and something else for another", () => {
    const busy = { ...MODEL, searchesPerSecond: 250, searches: 1000 };
    expect(simulateFanOut(busy)).toEqual(simulateFanOut(busy));
    expect(simulateFanOut({ ...busy, seed: 2 })).not.toEqual(simulateFanOut(busy));
  });
});
