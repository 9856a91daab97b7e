import { beforeAll, describe, expect, it } from "vitest";
import { capacities } from "../../../src/routing/placement/capacity.ts";
import { rankNodes } from "../../../src/routing/placement/rank.ts";
import { placeShards } from "../../../src/routing/placement.ts";
import { type Hasher, loadHasher } from "../../../src/routing/shard.ts";
import vectors from "../../fixtures/vectors/placement.json" with { type: "json" };

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const nodes = (...ids: string[]) => ids.map((id) => ({ id, weight: 1 }));

describe("placeShards", () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))("answers the recorded table: %s", (_, vector) => {
    const { shards, replicationFactor, current, table } = vector;
    expect(
      placeShards({ shards, replicationFactor, nodes: vector.nodes, hasher, ...(current && { current }) }),
    ).toEqual(table);
  });

  it("finds a table for 200 clusters of three nodes with two replicas, where greedy filling dead-ends in many", () => {
    let deadEnds = 0;
    for (let cluster = 0; cluster < 200; cluster++) {
      const list = nodes(`x${cluster}`, `y${cluster}`, `z${cluster}`);
      if (greedDeadEnds(list.map((node) => node.id))) deadEnds++;
      const table = placeShards({ shards: 64, replicationFactor: 2, nodes: list, hasher });
      for (const row of table) expect(new Set(row).size).toBe(2);
      for (const { id } of list) expect(table.flat().filter((held) => held === id).length).toBeLessThanOrEqual(43);
    }
    expect(deadEnds).toBeGreaterThan(50);
  });

  it("spreads 64 shards evenly over four nodes, where the highest rank alone does not", () => {
    const four = nodes("a", "b", "c", "d");
    const table = placeShards({ shards: 64, replicationFactor: 1, nodes: four, hasher });
    for (const { id } of four) expect(table.flat().filter((held) => held === id)).toHaveLength(16);
    const scores = rankNodes(four, 64, hasher);
    const winners = scores.map((row) => row.indexOf(Math.max(...row)));
    const largest = Math.max(...four.map((_, node) => winners.filter((winner) => winner === node).length));
    expect(largest).toBeGreaterThan(16);
  });

  it("shares replicas out by weight", () => {
    const table = placeShards({
      shards: 64,
      replicationFactor: 1,
      nodes: [
        { id: "big", weight: 3 },
        { id: "small", weight: 1 },
      ],
      hasher,
    });
    expect(table.flat().filter((id) => id === "big")).toHaveLength(48);
  });

  it("refuses what has no table", () => {
    const input = { shards: 16, replicationFactor: 2, nodes: nodes("a"), hasher };
    expect(() => placeShards(input)).toThrow(/replicationFactor is 2/);
    expect(() => placeShards({ ...input, nodes: nodes("a", "a") })).toThrow(/one id/);
    expect(() => placeShards({ ...input, nodes: [...nodes("a"), { id: "b", weight: 0 }] })).toThrow(/weights/);
    expect(() => placeShards({ ...input, nodes: nodes("a", "b"), current: [["a"]] })).toThrow(/has 1 shards, not 16/);
  });
});

describe("capacities", () => {
  it("hands what a heavy node cannot hold to the others", () => {
    const caps = capacities([{ id: "a", weight: 10 }, ...nodes("b", "c")], 64, 2);
    expect(caps).toEqual([64, 32, 32]);
  });

  it("is not rounded up by the error of a division", () => {
    const caps = capacities(
      Array.from({ length: 3 }, (_, n) => ({ id: `${n}`, weight: 0.1 })),
      48,
      1,
    );
    expect(caps).toEqual([16, 16, 16]);
  });
});

/** What placement would do without swaps: shard by shard, highest rank below the cap. */
function greedDeadEnds(ids: readonly string[]): boolean {
  const scores = rankNodes(
    ids.map((id) => ({ id, weight: 1 })),
    64,
    hasher,
  );
  const load = ids.map(() => 0);
  for (const row of scores) {
    const order = [...ids.keys()]
      .sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0))
      .filter((node) => (load[node] ?? 0) < 43);
    if (order.length < 2) return true;
    for (const node of order.slice(0, 2)) load[node] = (load[node] ?? 0) + 1;
  }
  return false;
}
