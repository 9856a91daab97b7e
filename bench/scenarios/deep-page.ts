import { fewEntrants } from "../lab/entrants.ts";
import { compareSearches } from "./compare.ts";
import type { Scenario } from "./scenario.ts";

/** The page behind the first 500 hits, whose order is made of what every node says of its own first. */
export const deepPage: Scenario = {
  name: "deep",
  title: "A page behind 500 hits",
  async run(lab) {
    const contestants = await lab.contestants(fewEntrants(lab.size));
    return { results: await compareSearches(lab, contestants, { workload: "deep" }) };
  },
};
