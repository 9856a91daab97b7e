import type { SimulationArguments } from "./arguments.ts";
import type { RunReport } from "./run-seed.ts";
import { runInWorkers } from "./workers/run-in-workers.ts";

/** Runs simulations and prints what came of them; answers how many violations were found. */
export async function simulate(wanted: SimulationArguments, print: (line: string) => void): Promise<number> {
  const { operations, workers, mutant, prints, bails } = wanted;
  const tally = new Tally();
  const run = { operations, keepsAll: prints === "all events" };
  const startedAt = performance.now();
  await runInWorkers(seedsOf(wanted), { run, workers, mutant }, (report) => {
    tally.add(report);
    if (report.violations.length > 0) for (const line of describeFailure(report, wanted)) print(line);
    return !(bails && tally.violations > 0);
  });
  for (const line of tally.describe((performance.now() - startedAt) / 1000)) print(line);
  return tally.violations;
}

function* seedsOf({ from, seeds }: SimulationArguments): Generator<number> {
  for (let seed = from; seed < from + seeds; seed++) yield seed;
}

/** Adds up what came of many runs. */
class Tally {
  readonly #faults = new Map<string, number>();
  readonly #steps = new Map<string, number>();
  #seeds = 0;
  #failed = 0;
  #simulatedMs = 0;
  #operations = 0;
  violations = 0;

  add({ simulatedMs, operations, violations, faults, steps }: RunReport): void {
    this.#seeds += 1;
    this.#failed += violations.length > 0 ? 1 : 0;
    this.#simulatedMs += simulatedMs;
    this.#operations += operations;
    this.violations += violations.length;
    addAll(faults, this.#faults);
    addAll(steps, this.#steps);
  }

  describe(seconds: number): string[] {
    return [
      `${this.#seeds} seeds, ${(this.#simulatedMs / 3_600_000).toFixed(2)} simulated hours in ${seconds.toFixed(1)} s`,
      `${this.#operations} operations`,
      `faults: ${listOf(this.#faults)}`,
      `jobs and their steps: ${listOf(this.#steps)}`,
      `${this.violations} violations in ${this.#failed} seeds`,
    ];
  }
}

function addAll(counts: ReadonlyMap<string, number>, sums: Map<string, number>): void {
  for (const [kind, count] of counts) sums.set(kind, (sums.get(kind) ?? 0) + count);
}

function listOf(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([kind, count]) => `${kind} ${count}`).join(", ");
}

function describeFailure(
  { seed, violations, events }: RunReport,
  { operations, mutant }: SimulationArguments,
): string[] {
  const planted = mutant === undefined ? "" : ` --mutant "${mutant}"`;
  return [
    `seed ${seed}: ${violations.length} violations`,
    ...violations.map((violation) => `  - ${violation}`),
    "  events:",
    ...events.map((event) => `    ${event}`),
    `  again: npm run simulate -- --from ${seed} --seeds 1 --ops ${operations}${planted} --trace`,
    "",
  ];
}
