import { type BenchResult, comparedToFirst } from "../measure.ts";
import type { Contestant } from "./contestants.ts";
import type { BenchResults } from "./scenario.ts";

/** Memory of each client's process after everything else, garbage collected. */
export async function benchMemory(contestants: readonly Contestant[]): Promise<BenchResults> {
  const rss: BenchResult[] = [];
  const heap: BenchResult[] = [];
  for (const { name, worker } of contestants) {
    const { rssMb, heapMb } = await worker.ask("memory", null);
    rss.push({ name: `memory rss: ${name}`, value: rssMb, unit: "MB" });
    heap.push({ name: `memory heap: ${name}`, value: heapMb, unit: "MB" });
  }
  return [...comparedToFirst(rss), ...comparedToFirst(heap)];
}
