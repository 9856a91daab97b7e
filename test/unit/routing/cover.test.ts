import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cover, type CoverInput, coverShards, isCoverable } from "../../../src/routing/cover.ts";

/** Shard s lives on nodes s and s+1 (mod 4) of each group. */
const ring = (name: string) => ({
  name,
  table: Array.from({ length: 16 }, (_, shard) => [`${name}${shard % 4}`, `${name}${(shard + 1) % 4}`]),
});
const shards = Array.from({ length: 16 }, (_, shard) => shard);
const base: CoverInput = { shards, groups: [ring("a"), ring("b")], usable: () => "good" };

const nodesOf = (cover: Cover): string[] => [...cover.assignments.keys()].sort();
const assigned = (cover: Cover): number[] => [...cover.assignments.values()].flat().sort((a, b) => a - b);

describe("coverShards", () => {
  it("asks for every shard once, in one group, of as few nodes as hold them all", () => {
    const cover = coverShards(base);
    expect(assigned(cover)).toEqual(shards);
    expect(nodesOf(cover)).toEqual(["a0", "a2"]);
    expect(cover.uncovered).toEqual([]);
    expect(cover.indebted).toEqual([]);
  });

  it("shares the shards out evenly among the chosen nodes", () => {
    const table = Array.from({ length: 16 }, (_, shard) => (shard === 0 ? ["x"] : shard === 1 ? ["y"] : ["x", "y"]));
    const cover = coverShards({ ...base, groups: [{ name: "g", table }] });
    expect([...cover.assignments.values()].map((list) => list.length)).toEqual([8, 8]);
  });

  it("spreads over groups and nodes with the random number", () => {
    const seen = new Set([0, 0.2, 0.4, 0.6, 0.8, 0.999].flatMap((random) => nodesOf(coverShards({ ...base, random }))));
    expect([...seen].sort()).toEqual(["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]);
  });

  it("answers alike for one preference, whatever the random number", () => {
    const first = coverShards({ ...base, preference: "user-7", random: 0.1 });
    expect(coverShards({ ...base, preference: "user-7", random: 0.9 })).toEqual(first);
    const groups = new Set(shards.map((n) => nodesOf(coverShards({ ...base, preference: `user-${n}` }))[0]?.[0]));
    expect(groups).toEqual(new Set(["a", "b"]));
  });

  it("prefers a whole group to one with gaps, and fills gaps from other groups", () => {
    const whole = coverShards({ ...base, usable: (node) => (node === "a0" || node === "a1" ? "no" : "good") });
    expect(nodesOf(whole).every((node) => node.startsWith("b"))).toBe(true);
    const down = new Set(["a0", "a1", "b2", "b3"]);
    const mixed = coverShards({ ...base, usable: (node) => (down.has(node) ? "no" : "good") });
    expect(assigned(mixed)).toEqual(shards);
    expect(new Set(nodesOf(mixed).map((node) => node[0]))).toEqual(new Set(["a", "b"]));
  });

  it("takes an indebted replica only where no other is left, and says for which shards", () => {
    const usable: CoverInput["usable"] = (node, shard) => (shard === 5 || node === "a0" ? "indebted" : "good");
    const cover = coverShards({ ...base, groups: [ring("a")], usable });
    expect(assigned(cover)).toEqual(shards);
    expect(cover.indebted).toEqual([5]);
    const other = coverShards({ ...base, usable: (node) => (node.startsWith("a") ? "indebted" : "good") });
    expect(nodesOf(other).every((node) => node.startsWith("b"))).toBe(true);
    expect(other.indebted).toEqual([]);
  });

  it("leaves out excluded nodes and names the shards that nobody can answer", () => {
    const cover = coverShards({ ...base, groups: [ring("a")], exclude: new Set(["a0", "a1"]) });
    expect(cover.uncovered).toEqual([0, 4, 8, 12]);
    const few = { ...base, groups: [ring("a")], exclude: new Set(["a0", "a1"]) };
    expect([isCoverable(few), isCoverable({ ...few, shards: [1, 2, 3] })]).toEqual([false, true]);
    expect(assigned(cover)).toEqual(shards.filter((shard) => shard % 4 !== 0));
  });

  it("covers no more than what was asked", () => {
    expect(assigned(coverShards({ ...base, shards: [3, 9] }))).toEqual([3, 9]);
    expect(coverShards({ ...base, shards: [] }).assignments.size).toBe(0);
    expect(coverShards({ ...base, groups: [] }).uncovered).toEqual(shards);
  });

  it("covers every shard that has a usable replica, each once, with the best quality there is", () => {
    const seed = 20_260_101;
    const quality = fc.constantFrom("good", "indebted", "no" as const);
    const input = fc.record({
      states: fc.array(quality, { minLength: 128, maxLength: 128 }),
      random: fc.double({ min: 0, max: 0.999999, noNaN: true }),
    });
    fc.assert(
      fc.property(input, ({ states, random }) => {
        const usable = (node: string, shard: number) =>
          states[(node.startsWith("a") ? 0 : 64) + Number(node[1]) * 16 + shard] ?? "no";
        const cover = coverShards({ ...base, usable, random });
        const owners = (shard: number) => base.groups.flatMap((group) => group.table[shard] ?? []);
        const best = (shard: number) => {
          const states = owners(shard).map((node) => usable(node, shard));
          return states.includes("good") ? "good" : states.includes("indebted") ? "indebted" : "no";
        };
        expect(assigned(cover)).toEqual(shards.filter((shard) => best(shard) !== "no"));
        expect(cover.uncovered).toEqual(shards.filter((shard) => best(shard) === "no"));
        expect(cover.indebted).toEqual(shards.filter((shard) => best(shard) === "indebted"));
        for (const shard of shards)
          expect(isCoverable({ ...base, usable, shards: [shard] })).toBe(!cover.uncovered.includes(shard));
        for (const [node, list] of cover.assignments) {
          for (const shard of list)
            expect([usable(node, shard), owners(shard).includes(node)]).toEqual([best(shard), true]);
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});
