import { fewEntrants } from "../lab/entrants.ts";
import { compareSearches } from "./compare.ts";
import type { Scenario } from "./scenario.ts";

/** Every node counts its own facets, and the client adds them up. */
export const facets: Scenario = {
  name: "facets",
  title: "A page with two facets",
  async run(lab) {
    const contestants = await lab.contestants(fewEntrants(lab.size));
    return { results: await compareSearches(lab, contestants, { workload: "facets" }) };
  },
};
