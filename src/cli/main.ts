#!/usr/bin/env node
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { nodeCommand } from "./node.ts";

/** Exit codes of every command. */
const FAILED = 1;
const USAGE = 2;

/** Runs the command line; answers the process's exit code. */
async function main(args: readonly string[]): Promise<number> {
  const program = new Command("miroir")
    .description("One Meilisearch index over many servers.")
    .version(packageVersion())
    .exitOverride();
  program.addCommand(nodeCommand().copyInheritedSettings(program));
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Commander has printed its own errors, help and version already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    process.stderr.write(`miroir: ${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  }
}

/** The package file lies two folders up in the source tree and one up in the package. */
function packageVersion(): string {
  const up = import.meta.url.endsWith(".ts") ? "../../package.json" : "../package.json";
  return (createRequire(import.meta.url)(up) as { version: string }).version;
}

process.exitCode = await main(process.argv.slice(2));
