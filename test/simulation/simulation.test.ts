import { expect, it } from "vitest";
import { runSeed } from "./run-seed.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

it.each(SEEDS)("loses nothing, and shows nothing that is not there, in seed %i", async (seed) => {
  const { violations, operations, faults } = await runSeed(seed, { operations: 60 });
  expect(violations).toEqual([]);
  expect(operations).toBeGreaterThanOrEqual(60);
  expect(faults.size).toBeGreaterThan(0);
});

it("repeats a seed event by event, and no other", async () => {
  const [first, second, other] = [await run(4), await run(4), await run(6)];
  expect(second).toBe(first);
  expect(other).not.toBe(first);
});

async function run(seed: number): Promise<string> {
  return (await runSeed(seed, { operations: 60 })).digest;
}
