import { fewEntrants } from "../lab/entrants.ts";
import { compareSearches } from "./compare.ts";
import type { Scenario } from "./scenario.ts";

/** Hits so large that sending and parsing them is nearly all of a search. */
export const bigDocuments: Scenario = {
  name: "big",
  title: "A page of 20 documents of 20 kB",
  async run(lab) {
    const contestants = await lab.contestants(fewEntrants(lab.size), "bench_big");
    return { results: await compareSearches(lab, contestants, { workload: "big" }) };
  },
};
