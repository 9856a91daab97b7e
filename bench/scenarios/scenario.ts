import type { Findings } from "../findings.ts";
import type { Lab } from "../lab/lab.ts";

/** One thing that is measured. */
export interface Scenario {
  /** As it is called with `--only`. */
  readonly name: string;
  readonly title: string;
  run(lab: Lab): Promise<Findings>;
}
