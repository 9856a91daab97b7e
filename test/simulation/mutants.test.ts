import { describe, expect, it } from "vitest";
import { MOST_SEEDS, MUTANTS, type MutantName } from "./mutants/mutants.ts";
import { mutate } from "./mutants/plant.ts";
import { runInWorkers } from "./workers/run-in-workers.ts";

describe.each(Object.keys(MUTANTS) as MutantName[])("the planted bug: %s", (mutant) => {
  it("has its line in the product still", () => {
    expect(mutate(MUTANTS[mutant])).toContain(MUTANTS[mutant].becomes);
  });

  it.concurrent("is found", { timeout: 600_000 }, async () => {
    const found: string[] = [];
    await runInWorkers(seedsOf(mutant), { mutant, workers: 1, run: { operations: 60 } }, ({ violations }) => {
      found.push(...violations);
      return found.length === 0;
    });
    expect(found).not.toEqual([]);
  });
});

function* seedsOf(mutant: MutantName): Generator<number> {
  const { from } = MUTANTS[mutant];
  for (let seed = from; seed < from + MOST_SEEDS; seed++) yield seed;
}
