#!/usr/bin/env node
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { adoptCommand } from "./adopt.ts";
import { completionCommand } from "./completion.ts";
import { doctorCommand } from "./doctor.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { importCommand } from "./import.ts";
import { initCommand } from "./init.ts";
import { jobCommand } from "./job.ts";
import { groupCommand, rebalanceCommand, reshardCommand, rfCommand } from "./jobs/change-commands.ts";
import { nodeCommand } from "./node.ts";
import { planCommand } from "./plan.ts";
import { recoverCommand } from "./recover.ts";
import { repairCommand } from "./repair.ts";
import { settingsCommand } from "./settings.ts";
import { statusCommand } from "./status.ts";
import { storeCommand } from "./store.ts";
import { verifyCommand } from "./verify.ts";

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

function miroirProgram(): Command {
  const program = new Command("miroir")
    .description("One Meilisearch index over many servers.")
    .version(packageVersion())
    .exitOverride();
  const commands = [
    ...[initCommand(), adoptCommand(), statusCommand(), doctorCommand(), planCommand()],
    ...[verifyCommand(), repairCommand(), settingsCommand(), recoverCommand(), importCommand()],
    ...[nodeCommand(), groupCommand(), rfCommand(), rebalanceCommand(), reshardCommand(), jobCommand()],
    ...[storeCommand(), completionCommand()],
  ];
  for (const command of commands) program.addCommand(command);
  inheritSettings(program);
  return program;
}

/** Commands that were made before they had a parent end the process by themselves otherwise. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) inheritSettings(command.copyInheritedSettings(parent));
}

/** The package file lies two folders up in the source tree and one up in the package. */
function packageVersion(): string {
  const up = import.meta.url.endsWith(".ts") ? "../../package.json" : "../package.json";
  return (createRequire(import.meta.url)(up) as { version: string }).version;
}

/** A reader that has seen enough, such as `head`, is no failure. */
function endWithReader(error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`miroir: The output could not be written: ${error.message}\n`);
  process.exit(EXIT.failed);
}

process.stdout.on("error", endWithReader);
process.exitCode = await main(process.argv.slice(2));
