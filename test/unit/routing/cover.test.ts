import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cover, type CoverInput, coverShards, isCoverable } from "../../../src/routing/cover.ts";
import { rankByText } from "../../../src/routing/ranking.ts";

/** Shard s lives on nodes s and s+1 (mod 4) of each group. */
const ring = (name: string) => ({
  name,
  table: Array.from({ length: 16 }, (_, shard) => [`${name}${shard % 4}`, `${name}${(shard + 1) % 4}`]),
});
const shards = Array.from({ length: 16 }, (_, shard) => shard);
const groups = [ring("a"), ring("b")];
const nodes = groups.flatMap(({ name }) => [0, 1, 2, 3].map((number) => ({ id: `${name}${number}` })));
const rankedBy = (text: string) => rankByText(text, { groups, nodes });
const base: CoverInput = {
  ...{ shards, groups, usable: () => "good" },
  ranking: { groups: ["a", "b"], tiers: [nodes.map(({ id }) => id)] },
};

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
    const ranking = { groups: ["g"], tiers: [["x", "y"]] };
    const cover = coverShards({ ...base, groups: [{ name: "g", table }], ranking });
    expect([...cover.assignments.values()].map((list) => list.length)).toEqual([8, 8]);
  });

  it("takes the group that is ranked first, and leaves out the nodes that are ranked last", () => {
    const ranking = { groups: ["b", "a"], tiers: [["b1", "b0", "b3", "b2", "a0", "a1", "a2", "a3"]] };
    expect(nodesOf(coverShards({ ...base, ranking }))).toEqual(["b1", "b3"]);
  });

  it("asks nodes of a later tier only for what nobody before them holds", () => {
    const others = (node: string) => nodes.map(({ id }) => id).filter((id) => id !== node);
    for (const slow of ["a0", "a1", "b3"]) {
      const cover = coverShards({ ...base, ranking: { groups: ["a", "b"], tiers: [others(slow), [slow]] } });
      expect([assigned(cover), nodesOf(cover).includes(slow)]).toEqual([shards, false]);
    }
    const alone = coverShards({
      ...base,
      groups: [ring("a")],
      ranking: {
        groups: ["a"],
        tiers: [
          ["a2", "a3"],
          ["a0", "a1"],
        ],
      },
    });
    expect(assigned(alone)).toEqual(shards);
    expect(alone.assignments.get("a0") ?? alone.assignments.get("a1")).toEqual([0, 4, 8, 12]);
  });

  it("prefers a replica without debt in a later tier to one with debt in an earlier one", () => {
    const ranking = {
      groups: ["a"],
      tiers: [
        ["a0", "a2"],
        ["a1", "a3"],
      ],
    };
    const usable: CoverInput["usable"] = (node) => (node === "a0" ? "indebted" : "good");
    const cover = coverShards({ ...base, groups: [ring("a")], ranking, usable });
    expect([assigned(cover), cover.indebted, nodesOf(cover).includes("a0")]).toEqual([shards, [], false]);
  });

  it("is the same for one text, and spreads texts over groups and nodes", () => {
    expect(coverShards({ ...base, ranking: rankedBy("user-7") })).toEqual(
      coverShards({ ...base, ranking: rankedBy("user-7") }),
    );
    const seen = new Set(shards.flatMap((n) => nodesOf(coverShards({ ...base, ranking: rankedBy(`user-${n}`) }))));
    expect([...seen].sort()).toEqual(nodes.map(({ id }) => id));
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
    expect(coverShards({ ...base, groups: [], ranking: { groups: [], tiers: [] } }).uncovered).toEqual(shards);
  });

  it("covers every shard that has a usable replica, each once, with the best quality there is", () => {
    const seed = 20_260_101;
    const quality = fc.constantFrom("good", "indebted", "no" as const);
    const input = fc.record({
      states: fc.array(quality, { minLength: 128, maxLength: 128 }),
      text: fc.string(),
      slow: fc.subarray(nodes.map(({ id }) => id)),
    });
    fc.assert(
      fc.property(input, ({ states, text, slow }) => {
        const usable = (node: string, shard: number) =>
          states[(node.startsWith("a") ? 0 : 64) + Number(node[1]) * 16 + shard] ?? "no";
        const ranked = rankedBy(text);
        const [all = []] = ranked.tiers;
        const ranking = { ...ranked, tiers: [all.filter((id) => !slow.includes(id)), slow] };
        const cover = coverShards({ ...base, usable, ranking });
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
