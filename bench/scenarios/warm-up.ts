import type { Line } from "../findings.ts";
import { miroirOn, OFFICIAL, UNCOMPRESSED } from "../lab/entrants.ts";
import type { BenchResult } from "../measure.ts";
import type { Scenario } from "./scenario.ts";

/** What the first searches of a process cost, which every other scenario leaves out: its code is not compiled yet. */
export const warmUp: Scenario = {
  name: "warm-up",
  title: "A page of 20 small hits, from a process's first search on",
  async run(lab) {
    const lines: Line[] = [];
    const results: BenchResult[] = [];
    const stretches = stretchesUpTo(lab.size.warmUp);
    for (const entrant of [OFFICIAL, UNCOMPRESSED, miroirOn(1), miroirOn(4)]) {
      await using newcomer = await lab.newcomer(entrant);
      const points: [number, number][] = [];
      for (const { from, to } of stretches) {
        const { cpuUs } = await newcomer.worker.ask("closed", {
          ...{ workload: "page", searches: to - from, concurrency: 4 },
        });
        points.push([to, cpuUs]);
      }
      lines.push({ name: entrant.name, points });
      for (const [to, value] of points) {
        results.push({ name: `client CPU up to search ${to}: ${entrant.name}`, value, unit: "µs" });
      }
    }
    return {
      results,
      charts: [
        {
          ...{ kind: "lines", title: "Client CPU of one search, from the process's first on", lines },
          caption: "Each point is the mean of the searches since the point before, four at a time.",
          x: { label: "searches of the process so far", scale: "log" },
          y: { label: "µs", scale: "log" },
        },
      ],
    };
  },
};

/** 1–20, 21–40, 41–80, … up to so many searches, a last one that is shorter left out. */
function stretchesUpTo(most: number): readonly { readonly from: number; readonly to: number }[] {
  const ends: number[] = [];
  for (let to = 20; to <= most; to *= 2) ends.push(to);
  return ends.map((to, position) => ({ from: ends[position - 1] ?? 0, to }));
}
