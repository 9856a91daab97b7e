import type { Findings } from "./findings.ts";
import type { Lab } from "./lab/lab.ts";
import type { ScenarioReport } from "./report/bench-report.ts";
import type { Scenario } from "./scenarios/scenario.ts";

/** Runs scenarios one after the other, whether or not one fails: one that ran beside others would be measured with them. */
export async function runScenarios(scenarios: readonly Scenario[], lab: Lab): Promise<ScenarioReport[]> {
  const reports: ScenarioReport[] = [];
  for (const scenario of scenarios) reports.push(await runOne(scenario, lab));
  return reports;
}

async function runOne(scenario: Scenario, lab: Lab): Promise<ScenarioReport> {
  const { name, title } = scenario;
  const startedAt = performance.now();
  lab.progress(`${name}: ${title} …`);
  const { results, charts = [] } = await scenario.run(lab).catch((error: unknown): Findings => {
    lab.note(`${name} failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
    return { results: [] };
  });
  lab.progress(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return { name, title, results, charts };
}
