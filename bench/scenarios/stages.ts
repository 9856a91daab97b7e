import { mainEntrants } from "../lab/entrants.ts";
import type { BenchResult } from "../measure.ts";
import { STAGES } from "../worker/stages.ts";
import type { Scenario } from "./scenario.ts";

/** What the client does with its CPU: the process's time, divided as the profiler of V8 saw it. */
export const stages: Scenario = {
  name: "stages",
  title: "Client CPU of a page of 20 small hits, by stage",
  async run(lab) {
    const results: BenchResult[] = [];
    const bars: { name: string; values: number[] }[] = [];
    const loop = { workload: "page", searches: lab.size.counted, concurrency: 1 } as const;
    const contestants = await lab.contestants(mainEntrants(lab.size));
    await lab.warm(contestants, "page");
    for (const { name, worker } of contestants) {
      const { cpuUs } = await worker.ask("closed", loop);
      const times = await worker.ask("profile", loop);
      const profiled = STAGES.reduce((sum, stage) => sum + times[stage], 0);
      const values = STAGES.map((stage) => (times[stage] / profiled) * cpuUs);
      bars.push({ name, values });
      for (const [position, stage] of STAGES.entries()) {
        results.push({ name: `CPU of ${stage}: ${name}`, value: values[position] ?? 0, unit: "µs" });
      }
    }
    return {
      results,
      charts: [
        {
          ...{ kind: "bars", title: "Client CPU of one search, by stage", unit: "µs", parts: STAGES, bars },
          caption:
            "CPU of the whole client process, kernel included, divided as the profiler saw it. The rest is garbage collection, the event loop and the benchmark itself.",
        },
      ],
    };
  },
};
