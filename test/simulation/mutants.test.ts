import { describe, expect, it } from "vitest";
import { MOST_SEEDS, MUTANTS, type MutantName } from "./mutants/mutants.ts";
import { editsOf, mutate } from "./mutants/plant.ts";
import { runInWorkers } from "./workers/run-in-workers.ts";

const NAMES = Object.keys(MUTANTS) as MutantName[];
const found = NAMES.filter((name) => MUTANTS[name].from !== undefined);
const notFound = NAMES.filter((name) => !found.includes(name));
if (notFound.length > 0) process.stdout.write(`planted bugs that no seed has found yet: ${notFound.join("; ")}\n`);

describe.each(NAMES)("the planted bug: %s", (mutant) => {
  it("has its line in the product still", () => {
    for (const edit of editsOf(MUTANTS[mutant])) expect(mutate(edit)).toContain(edit.becomes);
  });
});

describe.each(found)("the planted bug: %s", (mutant) => {
  it("is found", { timeout: 600_000 }, async () => {
    const violations: string[] = [];
    await runInWorkers(seedsOf(mutant), { mutant, workers: 1, run: { operations: 60 } }, (run) => {
      violations.push(...run.violations);
      return violations.length === 0;
    });
    expect(violations).not.toEqual([]);
  });
});

function* seedsOf(mutant: MutantName): Generator<number> {
  const { from = 1 } = MUTANTS[mutant];
  for (let seed = from; seed < from + MOST_SEEDS; seed++) yield seed;
}
