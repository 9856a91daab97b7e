import { createInterface } from "node:readline/promises";
import { CommandFailed, EXIT } from "../exit-code.ts";

/**
 * Asks whoever sits at the terminal whether to go ahead.
 * @throws CommandFailed `usage` when nobody does, `refused` when the answer is no
 */
export async function requireConsent(signal: AbortSignal): Promise<void> {
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
