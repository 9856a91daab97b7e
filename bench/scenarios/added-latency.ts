import { Histogram } from "../histogram.ts";
import { bareOn, miroirOn } from "../lab/entrants.ts";
import type { BenchResult } from "../measure.ts";
import type { Scenario } from "./scenario.ts";

/** What a search takes beyond the slowest of the nodes' own answers; the bare requests show what no client can do without. */
export const addedLatency: Scenario = {
  name: "added",
  title: "Time added to the slowest node's answer",
  async run(lab) {
    const contestants = await lab.contestants([miroirOn(4), bareOn(4)]);
    await lab.warm(contestants, "page");
    const results: BenchResult[] = [];
    for (const { name, worker } of contestants) {
      const loop = { workload: "page", searches: lab.size.counted, concurrency: 1 } as const;
      const added = Histogram.merged([await worker.ask("added", loop)]);
      for (const q of [0.5, 0.99]) {
        results.push({ name: `added p${q * 100}: ${name}`, value: added.quantile(q), unit: "ms" });
      }
    }
    return { results };
  },
};
