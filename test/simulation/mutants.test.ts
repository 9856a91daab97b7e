import { describe, expect, it } from "vitest";
import { MUTANTS, type MutantName } from "./mutants/mutants.ts";
import { mutate } from "./mutants/plant.ts";
import { runInWorkers } from "./workers/run-in-workers.ts";

describe.each(Object.keys(MUTANTS) as MutantName[])("the planted bug: %s", (mutant) => {
  it("has its line in the product still", () => {
    expect(mutate(MUTANTS[mutant])).toContain(MUTANTS[mutant].becomes);
  });

  it.concurrent("is found", { timeout: 120_000 }, async () => {
    const found: string[] = [];
    await runInWorkers(seedsOf(mutant), { mutant, workers: 1, run: { operations: 60 } }, ({ violations }) => {
      found.push(...violations);
      return found.length === 0;
    });
    expect(found).not.toEqual([]);
  });
});

function* seedsOf(mutant: MutantName): Generator<number> {
  const { from, seeds } = MUTANTS[mutant];
  expect(seeds).toBeLessThanOrEqual(300);
  for (let seed = from; seed < from + seeds; seed++) yield seed;
}
