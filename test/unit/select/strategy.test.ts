import { describe, expect, it } from "vitest";
import { Fleet } from "../../../src/select/fleet.ts";
import { type OwnStrategy, ReplicaSelector, type StrategyName } from "../../../src/select/strategy.ts";
import { Chance } from "../../simulation/kernel/chance.ts";

function seeded(): () => number {
  const chance = new Chance("11");
  return () => chance.fraction();
}

const NODES = [
  { id: "a0", group: "a", zone: "east" },
  { id: "a1", group: "a", zone: "west" },
  { id: "b0", group: "b", zone: "east" },
  { id: "b1", group: "b", zone: "east" },
];
const CHOICE = {
  cluster: { groups: [{ name: "a" }, { name: "b" }], nodes: NODES },
  operation: "search",
  nowMs: 0,
} as const;

function selectorOf(
  strategy: StrategyName | OwnStrategy,
  { zone, fleet = new Fleet() }: { zone?: string; fleet?: Fleet } = {},
) {
  return new ReplicaSelector({ fleet, zone, strategy, random: seeded() });
}

function fleetWith(latencies: Readonly<Record<string, number>>): Fleet {
  const fleet = new Fleet();
  for (const [node, latencyMs] of Object.entries(latencies)) {
    fleet.depart(node, "search", -latencyMs).end("measured", 0);
  }
  return fleet;
}

describe("ReplicaSelector", () => {
  it("ranks alike for one preference, whatever the strategy and the latencies", () => {
    const slow = fleetWith({ a0: 900, a1: 1, b0: 900, b1: 1 });
    const rankings = [
      selectorOf("adaptive").rank(CHOICE, "user-7"),
      selectorOf("adaptive", { fleet: slow, zone: "west" }).rank(CHOICE, "user-7"),
      selectorOf("random").rank(CHOICE, "user-7"),
      selectorOf(() => ["b1"]).rank(CHOICE, "user-7"),
    ];
    for (const ranking of rankings) expect(ranking).toEqual(rankings[0]);
  });

  it("names every node and every group once, whatever the strategy", () => {
    const strategies = ["adaptive", "round-robin", "random", "nearest", () => ["b1", "b1", "stranger"]] as const;
    for (const strategy of strategies) {
      const { groups, tiers } = selectorOf(strategy, { zone: "west", fleet: fleetWith({ a0: 90, b1: 400 }) }).rank(
        CHOICE,
        undefined,
      );
      expect(tiers.flat().sort()).toEqual(["a0", "a1", "b0", "b1"]);
      expect([...groups].sort()).toEqual(["a", "b"]);
      expect(tiers.every((tier) => tier.length > 0)).toBe(true);
    }
  });

  it("begins adaptively with the group that has no slow node, and puts slow nodes last", () => {
    const selector = selectorOf("adaptive", { fleet: fleetWith({ a0: 500, a1: 4, b0: 4, b1: 4 }) });
    for (let times = 0; times < 50; times++) {
      const { groups, tiers } = selector.rank(CHOICE, undefined);
      expect([groups[0], tiers.at(-1)]).toEqual(["b", ["a0"]]);
    }
  });

  it("prefers its own zone among quick nodes, and a quick node elsewhere to a slow one at home", () => {
    const { tiers } = selectorOf("adaptive", { zone: "west", fleet: fleetWith({ b0: 4, b1: 4 }) }).rank(
      CHOICE,
      undefined,
    );
    expect([tiers[0], tiers[1]?.toSorted()]).toEqual([["a1"], ["a0", "b0", "b1"]]);
    const slow = selectorOf("adaptive", { zone: "west", fleet: fleetWith({ a1: 500, a0: 4, b0: 4, b1: 4 }) });
    expect(slow.rank(CHOICE, undefined).tiers.at(-1)).toEqual(["a1"]);
    expect(selectorOf("adaptive", { zone: "east" }).rank(CHOICE, undefined).groups[0]).toBe("b");
  });

  it("never takes more than half of the nodes for slow, so that nobody is left out when all are", () => {
    const fleet = fleetWith({ a0: 5, a1: 5, b0: 5, b1: 5 });
    for (const { id } of NODES.slice(0, 3)) fleet.depart(id, "search", 0).overdue();
    expect(selectorOf("adaptive", { fleet }).rank(CHOICE, undefined).tiers).toHaveLength(1);
  });

  it("goes round in turn", () => {
    const selector = selectorOf("round-robin");
    const firsts = Array.from({ length: 5 }, () => selector.rank(CHOICE, undefined).tiers[0]?.[0]);
    expect(firsts).toEqual(["a0", "a1", "b0", "b1", "a0"]);
  });

  it("draws every order at random", () => {
    const selector = selectorOf("random");
    const firsts = Array.from({ length: 200 }, () => selector.rank(CHOICE, undefined).tiers[0]?.[0]);
    for (const { id } of NODES) expect(firsts.filter((first) => first === id).length).toBeGreaterThan(25);
  });

  it("asks the nearest first: the own zone, then the quickest", () => {
    const fleet = fleetWith({ a0: 9, a1: 30, b0: 3, b1: 20 });
    const { groups, tiers } = selectorOf("nearest", { zone: "west", fleet }).rank(CHOICE, undefined);
    expect({ groups, tiers }).toEqual({ groups: ["a", "b"], tiers: [["a1"], ["b0", "a0", "b1"]] });
  });

  it("does as a function says that knows latency, load, group and zone", () => {
    const fleet = fleetWith({ a0: 9 });
    fleet.depart("b1", "search", 0);
    const seen: unknown[] = [];
    const selector = selectorOf(
      (candidates) => {
        seen.push(...candidates);
        return ["b1", "a0"];
      },
      { fleet },
    );
    const { groups, tiers } = selector.rank(CHOICE, undefined);
    expect({ groups, tiers }).toEqual({
      groups: ["b", "a"],
      tiers: [
        ["b1", "a0"],
        ["a1", "b0"],
      ],
    });
    expect(seen[0]).toEqual({ id: "a0", group: "a", zone: "east", latencyMs: 9, inFlight: 0 });
    expect(seen[3]).toMatchObject({ id: "b1", inFlight: 1 });
  });
});
