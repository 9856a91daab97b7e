import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { Lab } from "./lab/lab.ts";
import { type BenchReport, reportOf } from "./report/bench-report.ts";
import { renderHtml } from "./report/html.ts";
import { renderText } from "./report/text.ts";
import { runScenarios } from "./run.ts";
import { chosenScenarios, SCENARIOS } from "./scenarios/all.ts";
import { FULL, QUICK } from "./size.ts";
import { buildWorker } from "./worker/build.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    list: { type: "boolean", default: false },
    json: { type: "string" },
    html: { type: "string" },
  },
});

async function measure(): Promise<BenchReport> {
  const size = values.quick ? QUICK : FULL;
  const [busy = 0] = loadavg();
  const scenarios = chosenScenarios(values.only?.split(","));
  await using built = await buildWorker();
  await using lab = new Lab(built.entry, size);
  // Others on the machine are in every figure.
  if (busy > cpus().length / 4) lab.note(`the machine was busy before the run: load average ${busy.toFixed(1)}`);
  const reports = await runScenarios(scenarios, lab);
  const command = ["npm run bench", "--", ...process.argv.slice(2)].join(" ").replace(/ --$/, "");
  return reportOf({ command, nodeSource: lab.source, size: size.name, notes: lab.notes }, reports);
}

async function main(): Promise<void> {
  if (values.list) {
    process.stdout.write(SCENARIOS.map(({ name, title }) => `${name.padEnd(12)}${title}\n`).join(""));
    return;
  }
  const report = await measure();
  process.stdout.write(renderText(report));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.html !== undefined) await writeFile(values.html, renderHtml(report));
}

await main();
