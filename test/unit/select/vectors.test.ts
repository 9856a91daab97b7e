import { describe, expect, it } from "vitest";
import { rendezvousOrder } from "../../../src/routing/ranking.ts";
import { addSample, type DecayedMean, decayTowards } from "../../../src/select/decayed-mean.ts";
import { Fleet } from "../../../src/select/fleet.ts";
import { HedgeBudget } from "../../../src/select/hedge-budget.ts";
import { Hedging } from "../../../src/select/hedging.ts";
import { LatencyWindow } from "../../../src/select/latency-window.ts";
import { ReplicaSelector } from "../../../src/select/strategy.ts";
import vectors from "../../fixtures/vectors/selection.json" with { type: "json" };
import { Chance } from "../../simulation/kernel/chance.ts";

const SEED = 7_771_113;
const OPERATION = "search";

function seeded(): () => number {
  const chance = new Chance(`${SEED}`);
  return () => chance.fraction();
}

/** A fleet of which each node answered once in so many milliseconds, at time 0. */
function fleetOf(latencies: Readonly<Record<string, number>>): Fleet {
  const fleet = new Fleet();
  for (const [node, latencyMs] of Object.entries(latencies)) {
    fleet.depart(node, OPERATION, -latencyMs).end("measured", 0);
  }
  return fleet;
}

const clusterOf = (ids: readonly string[]) => ({
  groups: [{ name: "g" }],
  nodes: ids.map((id) => ({ id, group: "g" })),
});

/** The rankings of many draws, as flat lists. */
function draws(fleet: Fleet, ids: readonly string[], count: number): string[][] {
  const selector = new ReplicaSelector({ fleet, zone: undefined, strategy: "adaptive", random: seeded() });
  const choice = { cluster: clusterOf(ids), operation: OPERATION, nowMs: 0 } as const;
  return Array.from({ length: count }, () => selector.rank(choice, undefined).tiers.flat());
}

describe("the vectors of selection.json", () => {
  it.each(vectors.decayedMean)("mean of %j", ({ halfLifeMs, samples, value, weight }) => {
    let mean: DecayedMean | undefined;
    for (const [latency = 0, atMs = 0] of samples) mean = addSample(mean, { value: latency, atMs }, halfLifeMs);
    expect(mean?.value).toBeCloseTo(value, 6);
    expect(mean?.weight).toBeCloseTo(weight, 6);
  });

  it.each(vectors.decay)("decay of %j", ({ halfLifeMs, value, rest, ageMs, now }) => {
    expect(decayTowards(rest, { value, weight: 1, atMs: 1000 }, { nowMs: 1000 + ageMs, halfLifeMs })).toBeCloseTo(
      now,
      6,
    );
  });

  it.each(vectors.quantile.cases)("quantile of %j", ({ latencies, share, value }) => {
    const window = new LatencyWindow();
    for (const [first = 0, step = 0, count = 0] of latencies) {
      for (let number = 0; number < count; number++) window.add(first + step * number, 0);
    }
    const found = window.quantile(share, 0) ?? 0;
    expect(Math.abs(found - value) / value).toBeLessThanOrEqual(vectors.quantile.tolerance);
  });

  it.each(vectors.hedgeBudget)("budget of %j", ({ share, burst, steps }) => {
    const budget = new HedgeBudget({ share, burst });
    for (const [step, count, isGranted] of steps) {
      if (step === "take") expect(budget.take(Number(count))).toBe(isGranted);
      else for (let times = 0; times < Number(count); times++) budget.earn();
    }
  });

  it.each(vectors.hedgeDelay)("delay of a hedge for %j", ({ own, peers, floorMs, remainingMs, delayMs }) => {
    const fleet = new Fleet();
    const nodes = [own, ...peers].map((latencyMs, position) => ({ id: `n${position}`, latencyMs }));
    for (const { id, latencyMs } of nodes) {
      if (latencyMs === null) continue;
      for (let times = 0; times < 20; times++) fleet.depart(id, OPERATION, -latencyMs).end("measured", 0);
    }
    const found = new Hedging(fleet, { floorMs }).delayMs({
      ...{ node: "n0", operation: OPERATION, nowMs: 0, remainingMs },
      peers: nodes.slice(1).map(({ id }) => id),
    });
    if (delayMs === null) expect(found).toBeUndefined();
    else expect(Math.abs((found ?? 0) - delayMs) / delayMs).toBeLessThanOrEqual(vectors.quantile.tolerance);
  });

  it.each(vectors.leftOut.cases)("who is left out: $name", ({ nodes, last }) => {
    const entries = Object.entries(nodes);
    const fleet = fleetOf(Object.fromEntries(entries.map(([id, [latencyMs = 0]]) => [id, latencyMs])));
    for (const [id, [, inFlight = 0]] of entries) {
      for (let times = 0; times < inFlight; times++) fleet.depart(id, OPERATION, 0);
    }
    const rankings = draws(
      fleet,
      entries.map(([id]) => id),
      vectors.leftOut.draws,
    );
    for (const [id, share] of Object.entries(last)) {
      const found = rankings.filter((ranking) => ranking.at(-1) === id).length / rankings.length;
      expect(Math.abs(found - share), `${id} with seed ${SEED}`).toBeLessThanOrEqual(vectors.leftOut.tolerance);
    }
  });

  it.each(vectors.slowStart.cases)("slow start of $backForMs ms", ({ backForMs, share }) => {
    const fleet = fleetOf({ a: 4, b: 4, c: 4 });
    fleet.returned("a", -backForMs);
    const selector = new ReplicaSelector({
      fleet,
      zone: undefined,
      strategy: "adaptive",
      random: seeded(),
    });
    const choice = { cluster: clusterOf(["a", "b", "c"]), operation: OPERATION, nowMs: 0 } as const;
    const { draws: count } = vectors.slowStart;
    let taken = 0;
    for (let times = 0; times < count; times++) {
      taken += Number(selector.rank(choice, undefined).tiers[0]?.includes("a") === true);
    }
    expect(Math.abs(taken / count - share), `seed ${SEED}`).toBeLessThanOrEqual(vectors.slowStart.tolerance);
  });

  it.each(vectors.rendezvous)("order of %j", ({ text, names, order }) => {
    expect(rendezvousOrder(text, names)).toEqual(order);
  });
});
