import { fewEntrants } from "../lab/entrants.ts";
import { compareSearches } from "./compare.ts";
import type { Scenario } from "./scenario.ts";

/** An order by two attributes after relevance. */
export const sorted: Scenario = {
  name: "sorted",
  title: "A page in the order of two attributes",
  async run(lab) {
    const contestants = await lab.contestants(fewEntrants(lab.size));
    return { results: await compareSearches(lab, contestants, { workload: "sorted" }) };
  },
};
