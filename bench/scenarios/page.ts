import { bareOn, miroirOn } from "../lab/entrants.ts";
import { ratioOf } from "../measure.ts";
import { compareSearches } from "./compare.ts";
import type { Scenario } from "./scenario.ts";

/** The search that most applications do most of the time, by everybody. */
export const page: Scenario = {
  name: "page",
  title: "A page of 20 small hits",
  async run(lab) {
    const results = await compareSearches(lab, await lab.everybody(), { workload: "page", hasCrowd: true });
    const four = `page client CPU: ${miroirOn(4).name}`;
    const overBare = ratioOf(results, four, `page client CPU: ${bareOn(4).name}`);
    return {
      results: [...results, { name: "page client CPU over bare requests: four nodes", value: overBare, unit: "×" }],
    };
  },
};
