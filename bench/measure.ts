/** One figure of a run. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Name of the result that this one is divided by. */
  readonly ratioTo?: string;
  readonly ratio?: number;
}

/** Half of the numbers are below; the lower of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
}

/**
 * Lets every contender have its turn in every round (A B C, A B C, …), so that whatever else the machine does meets all of
 * them alike; each round starts with another one.
 */
export async function roundRobin<C, M>(
  contenders: readonly C[],
  rounds: number,
  turn: (contender: C, round: number) => Promise<M>,
): Promise<Map<C, M[]>> {
  const measured = new Map<C, M[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    const start = round % contenders.length;
    for (const contender of [...contenders.slice(start), ...contenders.slice(0, start)]) {
      measured.get(contender)?.push(await turn(contender, round));
    }
  }
  return measured;
}

/** Divides results of one kind by the first of them. */
export function comparedToFirst(results: readonly BenchResult[]): BenchResult[] {
  const [first, ...others] = results;
  if (first === undefined) return [];
  return [first, ...others.map((each) => ({ ...each, ratioTo: first.name, ratio: each.value / first.value }))];
}

/** One result's value over another's, by name; NaN when one is missing. */
export function ratioOf(results: readonly BenchResult[], name: string, base: string): number {
  const found = (wanted: string) => results.find((result) => result.name === wanted)?.value ?? Number.NaN;
  return found(name) / found(base);
}

/** Milliseconds of one call: the median of several batches, after enough calls for the compiler. */
export function timeOf(call: () => unknown, options: { readonly batches: number; readonly calls: number }): number {
  const batches: number[] = [];
  for (let batch = 0; batch < options.batches + 3; batch++) {
    const startedAt = performance.now();
    for (let turn = 0; turn < options.calls; turn++) call();
    batches.push((performance.now() - startedAt) / options.calls);
  }
  return median(batches.slice(3));
}
