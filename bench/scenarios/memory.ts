import { type BenchResult, comparedToFirst } from "../measure.ts";
import type { Scenario } from "./scenario.ts";

/** Memory of each client's process after everything else, garbage collected. */
export const memory: Scenario = {
  name: "memory",
  title: "Memory of the clients' processes, garbage collected",
  async run(lab) {
    const rss: BenchResult[] = [];
    const heap: BenchResult[] = [];
    for (const { name, worker } of await lab.everybody()) {
      const { rssMb, heapMb } = await worker.ask("memory", null);
      rss.push({ name: `memory rss: ${name}`, value: rssMb, unit: "MB" });
      heap.push({ name: `memory heap: ${name}`, value: heapMb, unit: "MB" });
    }
    return { results: [...comparedToFirst(rss), ...comparedToFirst(heap)] };
  },
};
