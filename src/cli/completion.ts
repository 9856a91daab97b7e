import { Argument, Command } from "commander";
import { commandTree } from "./completion/command-tree.ts";
import { completionScript, SHELLS, type Shell } from "./completion/scripts.ts";

/** `miroir completion`: a script that completes every command and flag there is. */
export function completionCommand(): Command {
  return new Command("completion")
    .description("print the completion script of a shell")
    .addArgument(new Argument("<shell>", "your shell").choices(SHELLS))
    .action((shell: Shell, _flags: unknown, command: Command) => {
      process.stdout.write(completionScript(shell, commandTree(command.parent ?? command)));
    });
}
