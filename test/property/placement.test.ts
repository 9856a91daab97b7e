import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { capacities, type WeightedNode } from "../../src/routing/placement/capacity.ts";
import { placeShards } from "../../src/routing/placement.ts";
import { type Hasher, loadHasher } from "../../src/routing/shard.ts";

type Table = readonly (readonly string[])[];

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
const check = (property: fc.IRawProperty<unknown>, numRuns: number): void => {
  process.stdout.write(`placement properties: seed ${seed}\n`);
  fc.assert(property, { seed, numRuns });
};

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z0-9.:-]{1,12}$/), { minLength: 1, maxLength: 9 });
const equalNodes = ids.map((names) => names.map((id) => ({ id, weight: 1 })));
const weightedNodes = ids.chain((names) =>
  fc
    .array(fc.constantFrom(0.25, 1, 1, 1, 2, 3.7, 16), { minLength: names.length, maxLength: names.length })
    .map((weights) => names.map((id, index) => ({ id, weight: weights[index] ?? 1 }))),
);
const shardCount = fc.constantFrom(16, 16, 32, 64, 64, 128);
const factor = (nodes: readonly WeightedNode[]) => fc.integer({ min: 1, max: Math.min(nodes.length, 4) });
const scenario = (nodes: fc.Arbitrary<WeightedNode[]>) =>
  fc
    .tuple(nodes, shardCount)
    .chain(([list, shards]) =>
      fc.record({ nodes: fc.constant(list), shards: fc.constant(shards), replicationFactor: factor(list) }),
    );

function loads(table: Table): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of table.flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function expectSound(
  table: Table,
  input: { nodes: readonly WeightedNode[]; shards: number; replicationFactor: number },
): void {
  const caps = capacities(input.nodes, input.shards, input.replicationFactor);
  expect(table).toHaveLength(input.shards);
  for (const row of table) {
    expect(row).toHaveLength(input.replicationFactor);
    expect(new Set(row).size).toBe(row.length);
  }
  const counts = loads(table);
  for (const [index, node] of input.nodes.entries())
    expect(counts.get(node.id) ?? 0).toBeLessThanOrEqual(caps[index] ?? 0);
  for (const id of counts.keys()) expect(input.nodes.some((node) => node.id === id)).toBe(true);
}

/** Replicas that are somewhere else than before: documents to copy. */
function copies(before: Table, after: Table): number {
  return after.reduce((sum, row, shard) => sum + row.filter((id) => !before[shard]?.includes(id)).length, 0);
}

describe("shard placement", { timeout: 60_000 }, () => {
  it("keeps every node at its cap or below and replicas apart, for any weights", () => {
    check(
      fc.property(scenario(weightedNodes), (input) => expectSound(placeShards({ ...input, hasher }), input)),
      1000,
    );
  });

  it("does not depend on the order of the nodes", () => {
    const shuffled = scenario(weightedNodes).chain((input) =>
      fc.record({
        input: fc.constant(input),
        other: fc.shuffledSubarray(input.nodes, { minLength: input.nodes.length }),
      }),
    );
    check(
      fc.property(shuffled, ({ input, other }) => {
        expect(placeShards({ ...input, nodes: other, hasher })).toEqual(placeShards({ ...input, hasher }));
      }),
      300,
    );
  });

  it("moves nothing when nothing changed, and nothing but what is above a cap when nodes join", () => {
    const join = scenario(equalNodes).chain((input) =>
      fc.record({ input: fc.constant(input), more: fc.integer({ min: 0, max: 3 }) }),
    );
    check(
      fc.property(join, ({ input, more }) => {
        const current = placeShards({ ...input, hasher });
        const nodes = [...input.nodes, ...Array.from({ length: more }, (_, n) => ({ id: `new-${n}!`, weight: 1 }))];
        const after = placeShards({ ...input, nodes, hasher, current });
        expectSound(after, { ...input, nodes });
        const caps = capacities(nodes, input.shards, input.replicationFactor);
        const before = loads(current);
        const above = nodes.reduce((sum, { id }, n) => sum + Math.max(0, (before.get(id) ?? 0) - (caps[n] ?? 0)), 0);
        expect(copies(current, after)).toBe(above);
      }),
      600,
    );
  });

  it("moves only the leaving node's replicas, but for swaps where greed would dead-end", () => {
    let moved = 0;
    let forced = 0;
    const leave = scenario(equalNodes)
      .filter(({ nodes, replicationFactor }) => nodes.length > replicationFactor)
      .chain((input) => fc.record({ input: fc.constant(input), gone: fc.nat({ max: input.nodes.length - 1 }) }));
    check(
      fc.property(leave, ({ input, gone }) => {
        const current = placeShards({ ...input, hasher });
        const nodes = input.nodes.filter((_, index) => index !== gone);
        const after = placeShards({ ...input, nodes, hasher, current });
        expectSound(after, { ...input, nodes });
        const lost = loads(current).get(input.nodes[gone]?.id ?? "") ?? 0;
        const copied = copies(current, after);
        expect(copied).toBeGreaterThanOrEqual(lost);
        expect(copied).toBeLessThanOrEqual(Math.ceil(lost * 1.5) + 1);
        moved += copied;
        forced += lost;
      }),
      1000,
    );
    process.stdout.write(`replicas copied on leaving: ${moved}, of which forced: ${forced}\n`);
    expect(moved).toBeLessThanOrEqual(forced * 1.05);
  });

  it("stays sound through any chain of joins, leaves, weights and replication factors", () => {
    const change = fc.record({ nodes: weightedNodes, replicationFactor: fc.integer({ min: 1, max: 4 }) });
    check(
      fc.property(shardCount, fc.array(change, { minLength: 2, maxLength: 5 }), (shards, changes) => {
        let current: Table | undefined;
        for (const step of changes) {
          const input = {
            shards,
            nodes: step.nodes,
            replicationFactor: Math.min(step.replicationFactor, step.nodes.length),
          };
          current = placeShards({ ...input, hasher, ...(current && { current }) });
          expectSound(current, input);
        }
      }),
      400,
    );
  });

  it("keeps every replica that there is when replicas are added to rows", () => {
    check(
      fc.property(scenario(equalNodes.filter((nodes) => nodes.length > 1)), (input) => {
        const low = placeShards({ ...input, replicationFactor: 1, hasher });
        const high = placeShards({ ...input, replicationFactor: 2, hasher, current: low });
        expectSound(high, { ...input, replicationFactor: 2 });
        for (const [shard, row] of low.entries()) expect(high[shard]).toEqual(expect.arrayContaining([...row]));
      }),
      300,
    );
  });
});
