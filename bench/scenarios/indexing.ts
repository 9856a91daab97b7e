import { comparedToFirst, median, roundRobin } from "../measure.ts";
import type { Contestant } from "./contestants.ts";
import type { BenchResults, BenchSize } from "./scenario.ts";

const BATCH = 1000;

/** Documents a second from the first call until the last task is done, each turn into an index of its own. */
export async function benchIndexing(contestants: readonly Contestant[], size: BenchSize): Promise<BenchResults> {
  const documents = size.loadDocuments;
  const measured = await roundRobin(contestants, size.loadRounds, ({ worker, name }, round) =>
    worker.ask("load", { index: `load_${name.startsWith("official")}_${round}`, documents, batch: BATCH }),
  );
  return comparedToFirst(
    [...measured].map(([{ name }, times]) => ({
      name: `indexing: ${name}`,
      value: (documents * 1000) / median(times),
      unit: "documents/s",
    })),
  );
}
