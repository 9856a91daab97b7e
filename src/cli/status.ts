import { Command } from "commander";
import type { Operator } from "../execute/operator.ts";
import { loadHasher } from "../routing/shard.ts";
import { systemClock } from "../util/clock.ts";
import { askNodes } from "./ask-nodes.ts";
import { type ClusterFlags, keyOf, type Target, targetOf, withClusterFlags } from "./cluster-flags.ts";
import { EXIT } from "./exit-code.ts";
import { parseCount } from "./node-list.ts";
import { countDocuments } from "./status/count-documents.ts";
import { heldStates } from "./status/held-states.ts";
import { type StatusReport, statusReport } from "./status/status-report.ts";
import { statusLines } from "./status/status-screen.ts";
import { surveyCluster } from "./survey/survey.ts";
import { paintFor } from "./terminal/paint.ts";

interface StatusFlags extends ClusterFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly interval: number;
}

/** `miroir status`: what a cluster is made of and how it is. */
export function statusCommand(): Command {
  return withClusterFlags(new Command("status"))
    .description("show nodes, shards, documents, debts and queues; ends with 3 when the cluster is degraded")
    .option("--json", "print one JSON document, with --watch one a line")
    .option("--watch", "show it again and again until interrupted")
    .option("--interval <seconds>", "pause between two rounds of --watch", parseCount, 2)
    .action(runStatus);
}

async function runStatus(flags: StatusFlags): Promise<void> {
  const target = await targetOf(flags, await loadHasher());
  await askNodes(keyOf(flags), async (operator) => {
    if (flags.watch === true) await watch(flags, () => takeStatus(operator, target));
    else process.exitCode = show(await takeStatus(operator, target), flags);
  });
}

async function takeStatus(operator: Operator, target: Target): Promise<StatusReport> {
  const survey = await surveyCluster(operator, target);
  const stateOf = heldStates(survey);
  return statusReport(survey, stateOf, await countDocuments({ operator, survey, stateOf }));
}

/** Prints a report; answers the exit code it stands for. */
function show(report: StatusReport, { json, watch: isWatching }: StatusFlags): number {
  if (json === true) process.stdout.write(`${JSON.stringify(report, null, isWatching === true ? 0 : 2)}\n`);
  else process.stdout.write(`${statusLines(report, paintFor(process.stdout)).join("\n")}\n`);
  if (report.health === "healthy") return 0;
  return report.nodes.every(({ state }) => state === "suspect") ? EXIT.failed : EXIT.found;
}

/** Shows a report after every pause; a terminal is cleared first, a pipe gets one after the other. */
async function watch(flags: StatusFlags, take: () => Promise<StatusReport>): Promise<void> {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  while (!interrupted.signal.aborted) {
    const report = await take();
    if (interrupted.signal.aborted) break;
    if (process.stdout.isTTY && flags.json !== true) process.stdout.write("\u001b[2J\u001b[H");
    show(report, flags);
    await systemClock.sleep(flags.interval * 1000, interrupted.signal).catch(() => undefined);
  }
  process.exitCode = EXIT.interrupted;
}
