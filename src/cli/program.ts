import { createRequire } from "node:module";
import { Command } from "commander";
import { adoptCommand } from "./adopt.ts";
import { completionCommand } from "./completion.ts";
import { doctorCommand } from "./doctor.ts";
import { explainCommand } from "./explain.ts";
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

/** The command line with every command there is; it ends by throwing, never by ending the process. */
export function miroirProgram(): Command {
  const program = new Command("miroir")
    .description("One Meilisearch index over many servers.")
    .version(packageVersion())
    .exitOverride();
  const commands = [
    ...[initCommand(), adoptCommand(), statusCommand(), doctorCommand(), planCommand(), explainCommand()],
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
