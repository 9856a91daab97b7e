#!/usr/bin/env node
import { CommanderError } from "commander";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { miroirProgram } from "./program.ts";

/** Runs the command line; answers the process's exit code. */
async function main(args: readonly string[]): Promise<number> {
  const program = miroirProgram();
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has printed its own errors, help and version already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    process.stderr.write(`miroir: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof CommandFailed ? error.exitCode : EXIT.failed;
  }
}

/** A reader that has seen enough, such as `head`, is no failure. */
function endWithReader(error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`miroir: The output could not be written: ${error.message}\n`);
  process.exit(EXIT.failed);
}

process.stdout.on("error", endWithReader);
process.exitCode = await main(process.argv.slice(2));
