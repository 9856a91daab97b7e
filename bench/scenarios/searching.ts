import { type BenchResult, comparedToFirst, median, quantile, roundRobin } from "../measure.ts";
import type { SearchMeasure } from "../worker/protocol.ts";
import type { Contestant } from "./contestants.ts";
import type { BenchResults, BenchSize } from "./scenario.ts";

/** Client CPU and latency of a search with the default page of twenty, one after the other and sixteen at a time. */
export async function benchSearching(contestants: readonly Contestant[], size: BenchSize): Promise<BenchResults> {
  for (const { worker } of contestants) {
    await worker.ask("search", { searches: size.warmUp / 2, concurrency: 1 });
    await worker.ask("search", { searches: size.warmUp / 2, concurrency: 16 });
  }
  const measured = await roundRobin(contestants, size.rounds, async ({ worker }) => ({
    alone: await worker.ask("search", { searches: size.sequential, concurrency: 1 }),
    crowd: await worker.ask("search", { searches: size.concurrent, concurrency: 16 }),
  }));
  const alone = [...measured].map(([{ name }, turns]) => ({ name, turns: turns.map((turn) => turn.alone) }));
  const crowd = [...measured].map(([{ name }, turns]) => ({ name, turns: turns.map((turn) => turn.crowd) }));
  return [...resultsOf("search", alone), ...resultsOf("search, 16 at a time", crowd)];
}

interface Measured {
  readonly name: string;
  readonly turns: readonly SearchMeasure[];
}

function resultsOf(title: string, measured: readonly Measured[]): BenchResult[] {
  const figures: [string, string, (turns: readonly SearchMeasure[]) => number][] = [
    ["client CPU", "µs", (turns) => median(turns.map(({ cpuUs }) => cpuUs))],
    ["p50", "ms", (turns) => median(turns.map(({ latenciesMs }) => quantile(latenciesMs, 0.5)))],
    ["p95", "ms", (turns) => median(turns.map(({ latenciesMs }) => quantile(latenciesMs, 0.95)))],
  ];
  return figures.flatMap(([figure, unit, of]) =>
    comparedToFirst(
      measured.map(({ name, turns }) => ({ name: `${title} ${figure}: ${name}`, value: of(turns), unit })),
    ),
  );
}
