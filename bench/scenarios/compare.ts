import { Histogram } from "../histogram.ts";
import type { Contestant, Lab } from "../lab/lab.ts";
import { type BenchResult, comparedToFirst, median, roundRobin } from "../measure.ts";
import type { ClosedLoopMeasure } from "../worker/protocol.ts";
import type { Workload } from "../workloads.ts";

/** Searches of every lane before a turn is measured: connections were closed while the others had theirs. */
const REOPENING = 5;

/** Client CPU and latency of one kind of search, one after the other and, if asked, sixteen at a time. */
export async function compareSearches(
  lab: Lab,
  contestants: readonly Contestant[],
  { workload, hasCrowd = false }: { readonly workload: Workload; readonly hasCrowd?: boolean },
): Promise<BenchResult[]> {
  const { rounds, sequential, concurrent } = lab.size;
  await lab.warm(contestants, workload);
  const turn = async ({ worker }: Contestant, searches: number, concurrency: number) => {
    await worker.ask("closed", { workload, searches: concurrency * REOPENING, concurrency });
    return worker.ask("closed", { workload, searches, concurrency });
  };
  const measured = await roundRobin(contestants, rounds, async (contestant) => ({
    alone: await turn(contestant, sequential, 1),
    ...(hasCrowd ? { crowd: await turn(contestant, concurrent, 16) } : {}),
  }));
  const turnsOf = (kind: "alone" | "crowd") =>
    [...measured].map(([{ name }, turns]) => ({ name, turns: turns.flatMap((turn) => turn[kind] ?? []) }));
  return [
    ...resultsOf(workload, turnsOf("alone")),
    ...(hasCrowd ? resultsOf(`${workload}, 16 at a time,`, turnsOf("crowd")) : []),
  ];
}

interface Measured {
  readonly name: string;
  readonly turns: readonly ClosedLoopMeasure[];
}

function resultsOf(title: string, measured: readonly Measured[]): BenchResult[] {
  const quantileOf = (q: number) => (turns: Measured["turns"]) =>
    median(turns.map(({ latencies }) => Histogram.merged([latencies]).quantile(q)));
  const figures: [string, string, (turns: Measured["turns"]) => number][] = [
    ["client CPU", "µs", (turns) => median(turns.map(({ cpuUs }) => cpuUs))],
    ["p50", "ms", quantileOf(0.5)],
    ["p95", "ms", quantileOf(0.95)],
  ];
  return figures.flatMap(([figure, unit, of]) =>
    comparedToFirst(
      measured.map(({ name, turns }) => ({ name: `${title} ${figure}: ${name}`, value: of(turns), unit })),
    ),
  );
}
