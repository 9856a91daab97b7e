import { bareOn, type Entrant, miroirOn } from "../lab/entrants.ts";
import type { BenchResult } from "../measure.ts";
import type { Scenario } from "./scenario.ts";

/** Hits that reach JSON.parse, compared with asking every node for the whole page. */
export const hitsParsed: Scenario = {
  name: "hits",
  title: "Hits parsed for a page of 20",
  async run(lab) {
    const searches = lab.size.counted;
    const results: BenchResult[] = [];
    for (const nodes of new Set([4, lab.size.mostNodes])) {
      const { name } = miroirOn(nodes);
      const whole: Entrant = { ...bareOn(nodes), name: `whole pages, ${nodes} nodes`, asksWholeWindows: true };
      const [mine, all] = await lab.contestants([miroirOn(nodes), whole]);
      if (mine === undefined || all === undefined) continue;
      const loop = { workload: "page", searches, concurrency: 1 } as const;
      const own = await mine.worker.ask("parsed", loop);
      const full = await all.worker.ask("parsed", loop);
      results.push(
        { name: `hits parsed: ${name}`, value: own.hits / searches, unit: "hits" },
        { name: `hits parsed: ${whole.name}`, value: full.hits / searches, unit: "hits" },
        { name: `fewer hits parsed: ${name}`, value: 100 * (1 - own.hits / full.hits), unit: "%" },
        { name: `top-ups: ${name}`, value: (100 * (own.answers - full.answers)) / full.answers, unit: "%" },
      );
    }
    return { results };
  },
};
