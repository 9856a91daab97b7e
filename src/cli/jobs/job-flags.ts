import type { Command } from "commander";
import type { StartOptions } from "../../jobs/index.ts";
import { type ClientFlags, withClientFlags } from "../client-config.ts";
import { parseCount, parseSeconds } from "../node-list.ts";

/** The flags of commands that change who owns what. */
export interface ChangeFlags extends ClientFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly unfenced?: boolean;
  readonly documentsPerSecond?: number;
  readonly queueDepth?: number;
  /** In seconds. */
  readonly holdTimeout?: number;
}

/** Adds those flags to a command. */
export function withChangeFlags(command: Command): Command {
  return withClientFlags(command)
    .option("--dry-run", "show the plan, change nothing")
    .option("--yes", "go ahead without asking")
    .option("--json", "print one JSON document")
    .option("--unfenced", "take nodes without a master key, where a driver that was given up cannot be stopped")
    .option("--documents-per-second <number>", "documents copied in a second, at most (default: unlimited)", parseCount)
    .option(
      "--queue-depth <number>",
      "tasks in a node's queue from which on it is left alone (default: 20)",
      parseCount,
    )
    .option("--hold-timeout <seconds>", "longest time for which writers wait at once (default: 5)", parseSeconds);
}

/** What the flags mean for a job. */
export function startOptions(flags: ChangeFlags): StartOptions {
  const { unfenced = false, documentsPerSecond, queueDepth, holdTimeout } = flags;
  return {
    unfenced,
    ...(documentsPerSecond === undefined ? {} : { documentsPerSecond }),
    ...(queueDepth === undefined ? {} : { queueDepth }),
    ...(holdTimeout === undefined ? {} : { holdTimeoutMs: holdTimeout * 1000 }),
  };
}
