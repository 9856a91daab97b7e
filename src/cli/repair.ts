import { Command } from "commander";
import { type OpenDebt, type RepairOptions, repairCluster } from "../jobs/index.ts";
import { systemClock } from "../util/clock.ts";
import { type ClientFlags, clientConfig, withClientFlags } from "./client-config.ts";
import { EXIT } from "./exit-code.ts";
import { interruptible } from "./interruptible.ts";
import { progressLine } from "./terminal/progress.ts";
import { openLine } from "./verify/verify-screen.ts";

interface RepairFlags extends ClientFlags {
  readonly watch?: boolean;
  readonly rebuild?: string;
  readonly acceptLoss?: boolean;
  readonly json?: boolean;
}

/** `miroir repair`: copies what nodes missed to them. */
export function repairCommand(): Command {
  return withClientFlags(new Command("repair"))
    .description("copy to nodes what they missed; ends with 3 when some must wait for a node")
    .option("--watch", "go on until interrupted, as a worker")
    .option(
      "--rebuild <node>",
      "begin a node anew that came back empty or with an older state: fill it from the others",
    )
    .option("--accept-loss", "with --rebuild: give up shards that no other node holds")
    .option("--json", "print one JSON document, with --watch one a line")
    .action(runRepair);
}

async function runRepair(flags: RepairFlags): Promise<void> {
  const config = await clientConfig(flags);
  await interruptible(async (signal) => {
    if (flags.watch === true) await watch(config, flags, signal);
    else await payOnce(config, flags, signal);
  });
}

type Config = Parameters<typeof repairCluster>[0];

async function payOnce(config: Config, { json, ...flags }: RepairFlags, signal: AbortSignal): Promise<void> {
  const line = progressLine(process.stderr, systemClock);
  let found: readonly OpenDebt[] | undefined;
  const open = await repairCluster(config, {
    ...{ signal, ...rebuilding(flags) },
    onProgress: (now) => {
      found ??= now;
      line.say(`still owed: ${now.map(({ node, index }) => `${index || "changes"} on ${node}`).join(", ")}`);
    },
  }).finally(() => line.end());
  const lines = json === true ? [JSON.stringify({ found, open }, null, 2)] : outcomeLines(found ?? [], open);
  process.stdout.write(`${lines.join("\n")}\n`);
  if (open.length > 0) process.exitCode = EXIT.found;
}

function rebuilding({ rebuild, acceptLoss = false }: RepairFlags): Pick<RepairOptions, "rebuild" | "acceptLoss"> {
  return rebuild === undefined ? {} : { rebuild, acceptLoss };
}

function outcomeLines(found: readonly OpenDebt[], open: readonly OpenDebt[]): string[] {
  if (found.length === 0) return ["No node owes anything."];
  const isOpen = (paid: OpenDebt) => open.some(({ node, index }) => node === paid.node && index === paid.index);
  const paid = found
    .filter((debt) => !isOpen(debt))
    .map(
      ({ node, index }) => `node ${node} has ${index === "" ? "every change that it missed" : `all of index ${index}`}`,
    );
  return [...paid, ...open.map(openLine)];
}

/** A line whenever something changed. */
function watch(config: Config, { json, ...flags }: RepairFlags, signal: AbortSignal): Promise<unknown> {
  const text = (open: readonly OpenDebt[]) => {
    if (json === true) return JSON.stringify({ open });
    return open.length === 0 ? "No node owes anything." : open.map(openLine).join("\n");
  };
  let last: string | undefined;
  return repairCluster(config, {
    ...{ watch: true, signal, ...rebuilding(flags) },
    onProgress: (open) => {
      const now = text(open);
      if (now !== last) process.stdout.write(`${now}\n`);
      last = now;
    },
  });
}
