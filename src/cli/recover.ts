import { Command } from "commander";
import type { NodeConfig } from "../cluster/cluster-config.ts";
import { planRecovery, type RecoveryConfig, recoverCluster } from "../jobs/index.ts";
import { systemClock } from "../util/clock.ts";
import { KEY_HELP, keyOf } from "./cluster-flags.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { interruptible } from "./interruptible.ts";
import { parseCount, parseNodeList, parseSeconds } from "./node-list.ts";
import { planLines, reportLines } from "./recover/recover-screen.ts";
import { refusable } from "./refusable.ts";
import { goesAhead } from "./terminal/consent.ts";
import { print } from "./terminal/print.ts";
import { progressLine } from "./terminal/progress.ts";

interface RecoverFlags {
  readonly topology?: string;
  readonly nodes?: readonly NodeConfig[];
  readonly key?: string;
  readonly allowSilent?: boolean;
  readonly verify: boolean;
  readonly documentsPerSecond?: number;
  /** In seconds. */
  readonly writeTimeout?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `miroir recover`: what to do after `miroir_store_rolled_back`. */
export function recoverCommand(): Command {
  return new Command("recover")
    .description(
      "make a cluster usable again whose store went back in time or lost its data; ends with 3 when copies differ",
    )
    .option("--topology <address>", "address of the store (default: $MIROIR_TOPOLOGY)")
    .option("--nodes <list>", "servers to ask, when the store does not name them: one is enough", parseNodeList)
    .option("--key <key>", KEY_HELP)
    .option("--allow-silent", "go on although nodes do not answer; what only they know does not count")
    .option("--no-verify", "leave it to `miroir verify --repair` to make the copies equal")
    .option(
      "--documents-per-second <number>",
      "documents compared in a second, at most (default: unlimited)",
      parseCount,
    )
    .option("--write-timeout <seconds>", "the clients' writeTimeoutMs (default: 30)", parseSeconds)
    .option("--dry-run", "show the plan, change nothing")
    .option("--yes", "go ahead without asking")
    .option("--json", "print one JSON document")
    .action(runRecover);
}

async function runRecover(flags: RecoverFlags): Promise<void> {
  const config = configOf(flags);
  await interruptible(async (signal) => {
    const plan = await refusable(planRecovery(config, { signal }));
    if (!(await goesAhead(plan, flags, { lines: planLines, signal }))) return;
    const line = progressLine(process.stderr, systemClock);
    line.say("restoring the topology and the indexes");
    const report = await refusable(
      recoverCluster(config, {
        ...{ signal, verify: flags.verify, allowSilent: flags.allowSilent === true },
        ...(flags.documentsPerSecond === undefined ? {} : { documentsPerSecond: flags.documentsPerSecond }),
        onProgress: ({ index, read, total }) => line.show(index, { done: read, total, noun: "copies" }),
        onRepair: (open) => line.say(`repair: ${open.length === 0 ? "done" : open.map(({ node }) => node).join(", ")}`),
      }),
    ).finally(() => line.end());
    print(report, flags, reportLines);
    if (!report.isSound && flags.verify) process.exitCode = EXIT.found;
  });
}

function configOf(flags: RecoverFlags): RecoveryConfig {
  const { MIROIR_TOPOLOGY } = process.env;
  const given = flags.topology ?? (MIROIR_TOPOLOGY || undefined);
  if (given === undefined) {
    throw new CommandFailed(EXIT.usage, "Which store? Give its address with --topology, or set MIROIR_TOPOLOGY.");
  }
  const key = keyOf(flags);
  const { writeTimeout } = flags;
  return {
    topology: /^[a-z]+:/.test(given) ? given : `file:${given}`,
    ...(flags.nodes === undefined ? {} : { nodes: flags.nodes }),
    ...(key === undefined ? {} : { apiKey: key }),
    ...(writeTimeout === undefined
      ? {}
      : { writeTimeoutMs: writeTimeout * 1000, attemptTimeoutMs: Math.min(2000, writeTimeout * 1000) }),
  };
}
