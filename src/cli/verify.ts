import { Command } from "commander";
import { type VerifyProgress, type VerifyReport, verifyCluster } from "../jobs/index.ts";
import { systemClock } from "../util/clock.ts";
import { type ClientFlags, clientConfig, withClientFlags } from "./client-config.ts";
import { EXIT } from "./exit-code.ts";
import { interruptible } from "./interruptible.ts";
import { parseCount } from "./node-list.ts";
import { paintFor } from "./terminal/paint.ts";
import { type ProgressLine, progressLine } from "./terminal/progress.ts";
import { verifyLines } from "./verify/verify-screen.ts";

interface VerifyFlags extends ClientFlags {
  readonly content?: boolean;
  readonly repair?: boolean;
  readonly throttle?: number;
  readonly json?: boolean;
}

/** `miroir verify`: whether all copies of all documents are equal. */
export function verifyCommand(): Command {
  return withClientFlags(new Command("verify"))
    .description("compare the copies of every document; ends with 3 when something differs")
    .argument("[index...]", "uids of indexes (default: all)")
    .option("--content", "compare the contents of all documents, not only where stamps do not imply them")
    .option("--repair", "make differing copies equal: the highest stamp wins, present over absent")
    .option("--throttle <number>", "documents a second, at most (default: unlimited)", parseCount)
    .option("--json", "print one JSON document")
    .action(runVerify);
}

async function runVerify(indexes: readonly string[], flags: VerifyFlags): Promise<void> {
  const config = await clientConfig(flags);
  const line = progressLine(process.stderr, systemClock);
  await interruptible(async (signal) => {
    const report = await verifyCluster(config, {
      ...(indexes.length === 0 ? {} : { indexes }),
      ...(flags.throttle === undefined ? {} : { documentsPerSecond: flags.throttle }),
      ...{ content: flags.content === true, repair: flags.repair === true, signal },
      onProgress: (progress) => showProgress(line, progress),
      onRepair: (open) =>
        line.say(`repair: ${open.length === 0 ? "done" : "debts of "}${open.map(({ node }) => node).join(", ")}`),
    }).finally(() => line.end());
    show(report, flags);
  });
}

function showProgress(line: ProgressLine, { index, read, total, isSettling }: VerifyProgress): void {
  if (isSettling) line.say(`${index}: looking again at what differs, once writes under way have settled`);
  else line.show(index, { done: read, total, noun: "copies" });
}

function show(report: VerifyReport, { json }: VerifyFlags): void {
  const lines = json === true ? [JSON.stringify(report, null, 2)] : verifyLines(report, paintFor(process.stdout));
  process.stdout.write(`${lines.join("\n")}\n`);
  if (!report.isSound) process.exitCode = EXIT.found;
}
