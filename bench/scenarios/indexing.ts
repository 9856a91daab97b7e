import { miroirOn, OFFICIAL } from "../lab/entrants.ts";
import { comparedToFirst, median, roundRobin } from "../measure.ts";
import type { Scenario } from "./scenario.ts";

const BATCH = 1000;

/** Documents a second from the first call until the last task is done, each turn into an index of its own. */
export const indexing: Scenario = {
  name: "indexing",
  title: "Indexing small documents, 1,000 a call",
  async run(lab) {
    const { indexedDocuments: documents, indexingRounds } = lab.size;
    const contestants = await lab.contestants([OFFICIAL, miroirOn(1), miroirOn(4), miroirOn(4, 2)]);
    const measured = await roundRobin(contestants, indexingRounds, ({ worker }, round) =>
      worker.ask("load", { index: `load_${round}`, documents, batch: BATCH }),
    );
    const results = [...measured].map(([{ name }, times]) => ({
      name: `indexing: ${name}`,
      value: (documents * 1000) / median(times),
      unit: "documents/s",
    }));
    return { results: comparedToFirst(results) };
  },
};
