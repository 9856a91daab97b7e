import { Histogram } from "../histogram.ts";
import type { WorkloadSearch } from "../workloads.ts";
import type { ClosedLoopMeasure } from "./protocol.ts";

/** Searches one after the other in so many lanes; CPU is the whole process's. */
export async function closedLoop(
  next: () => WorkloadSearch,
  search: (search: WorkloadSearch) => Promise<unknown>,
  { searches, concurrency }: { readonly searches: number; readonly concurrency: number },
): Promise<ClosedLoopMeasure> {
  const latencies = new Histogram();
  let left = searches;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const asked = next();
      const startedAt = performance.now();
      await search(asked);
      latencies.record(performance.now() - startedAt);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, lane));
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: (user + system) / searches, latencies: latencies.entries() };
}
