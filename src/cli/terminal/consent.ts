import { createInterface } from "node:readline/promises";
import { CommandFailed, EXIT } from "../exit-code.ts";
import type { Paint } from "./paint.ts";
import { print } from "./print.ts";

/** Flags of a command that shows what it would do before it does it. */
export interface PlanFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** How a plan is shown, and what ends the question about it. */
export interface PlanScreen<T> {
  readonly lines: (plan: T, paint: Paint) => string[];
  readonly signal: AbortSignal;
}

/**
 * Shows a plan, but not to a program that is going to be told of the result, and asks whether to go ahead; false when only
 * the plan was wanted.
 * @throws CommandFailed `usage` when nobody is there to ask, `refused` when the answer is no
 */
export async function goesAhead<T>(plan: T, flags: PlanFlags, { lines, signal }: PlanScreen<T>): Promise<boolean> {
  if (flags.dryRun === true || flags.json !== true) print(plan, flags, lines);
  if (flags.dryRun === true) return false;
  if (flags.yes !== true) await requireConsent(signal);
  return true;
}

/**
 * Asks whoever sits at the terminal whether to go ahead.
 * @throws CommandFailed `usage` when nobody does, `refused` when the answer is no
 */
async function requireConsent(signal: AbortSignal): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new CommandFailed(
      EXIT.usage,
      "Nobody is there to ask. Give --yes to go ahead, or --dry-run to see the plan.",
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question("Go ahead? [y/N] ", { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailed(EXIT.refused, "Nothing was changed.");
  } finally {
    terminal.close();
  }
}
