import { Histogram, type HistogramEntries } from "../histogram.ts";
import type { WorkloadSearch } from "../workloads.ts";
import { onUndici } from "./undici-requests.ts";

/** What each search took beyond the longest of its requests, which is told by undici, one search after the other. */
export async function addedTime(
  next: () => WorkloadSearch,
  search: (search: WorkloadSearch) => Promise<unknown>,
  searches: number,
): Promise<HistogramEntries> {
  const added = new Histogram();
  const begun = new Map<object, number>();
  let longestMs = 0;
  const forgetBegin = onUndici("create", (request) => begun.set(request, performance.now()));
  const forgetEnd = onUndici("trailers", (request) => {
    longestMs = Math.max(longestMs, performance.now() - (begun.get(request) ?? Number.POSITIVE_INFINITY));
  });
  for (let left = searches; left > 0; left--) {
    const asked = next();
    longestMs = 0;
    begun.clear();
    const startedAt = performance.now();
    await search(asked);
    added.record(performance.now() - startedAt - longestMs);
  }
  forgetBegin();
  forgetEnd();
  return added.entries();
}
