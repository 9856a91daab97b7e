import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { BenchResult } from "./measure.ts";
import { renderReport, reportOf } from "./report.ts";
import { type Contestants, startContestants } from "./scenarios/contestants.ts";
import { benchIndexing } from "./scenarios/indexing.ts";
import { benchMemory } from "./scenarios/memory.ts";
import { benchPure } from "./scenarios/pure.ts";
import { type BenchSize, FULL, QUICK } from "./scenarios/scenario.ts";
import { benchSearching } from "./scenarios/searching.ts";
import { buildWorker } from "./worker/build.ts";
import { Worker } from "./worker/worker.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "string" } },
});

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The pure benchmarks run before any server does, so that nothing disturbs them. */
async function pureResults(entry: string, size: BenchSize): Promise<readonly BenchResult[]> {
  await using worker = new Worker(entry);
  progress("merging and routing …");
  return await benchPure(worker, size);
}

async function nodeResults({ all, source }: Contestants, size: BenchSize): Promise<readonly BenchResult[]> {
  progress(`searching on: ${source} …`);
  const searching = await benchSearching(all, size);
  progress("indexing …");
  // Compression does not touch what is sent, so the official client takes part once.
  const indexing = await benchIndexing(
    all.filter(({ name }) => !name.endsWith("compression off")),
    size,
  );
  return [...searching, ...indexing, ...(await benchMemory(all))];
}

async function main(): Promise<void> {
  const size = values.quick ? QUICK : FULL;
  await using built = await buildWorker();
  const pure = await pureResults(built.entry, size);
  progress("starting servers …");
  await using contestants = await startContestants(built, size);
  const report = reportOf(contestants.source, [...pure, ...(await nodeResults(contestants, size))]);
  process.stdout.write(renderReport(report));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}

await main();
