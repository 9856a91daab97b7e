import { Histogram } from "../histogram.ts";
import { miroirOn } from "../lab/entrants.ts";
import type { Scenario } from "./scenario.ts";

/** What a search takes beyond the slowest of the nodes' own answers. */
export const addedLatency: Scenario = {
  name: "added",
  title: "Time added to the slowest node's answer",
  async run(lab) {
    const entrant = miroirOn(4);
    const contestants = await lab.contestants([entrant]);
    const [contestant] = contestants;
    if (contestant === undefined) return { results: [] };
    await lab.warm(contestants, "page");
    const loop = { workload: "page", searches: lab.size.counted, concurrency: 1 } as const;
    const added = Histogram.merged([await contestant.worker.ask("added", loop)]);
    return {
      results: [0.5, 0.99].map((q) => ({
        name: `added p${q * 100}: ${entrant.name}`,
        value: added.quantile(q),
        unit: "ms",
      })),
    };
  },
};
