import { cpus } from "node:os";
import type { Chart } from "../findings.ts";
import type { BenchResult } from "../measure.ts";
import { type Verdict, verdictsOn } from "../targets.ts";

/** Everything a run says, as it is written with `--json`. */
export interface BenchReport {
  readonly machine: string;
  /** ISO 8601. */
  readonly date: string;
  readonly command: string;
  readonly nodeSource: string;
  readonly size: string;
  /** What could not take part, and why. */
  readonly notes: readonly string[];
  readonly targets: readonly Verdict[];
  readonly scenarios: readonly ScenarioReport[];
}

/** What one scenario found out. */
export interface ScenarioReport {
  readonly name: string;
  readonly title: string;
  readonly results: readonly BenchResult[];
  readonly charts: readonly Chart[];
}

/** What a run knows of itself. */
export type RunFacts = Pick<BenchReport, "command" | "nodeSource" | "size" | "notes">;

/** The report of a run on this machine. */
export function reportOf(facts: RunFacts, scenarios: readonly ScenarioReport[]): BenchReport {
  const [processor] = cpus();
  const machine = `${cpus().length} × ${processor?.model.trim() || "unknown processor"}, ${process.platform}, Node ${process.version}`;
  const targets = verdictsOn(scenarios.flatMap(({ results }) => results));
  return { machine, date: new Date().toISOString(), ...facts, targets, scenarios };
}
