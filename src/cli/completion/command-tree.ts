import type { Command } from "commander";

/** One command and what may follow it. */
export interface CommandNode {
  /** Words from the program's name on: `miroir plan search`. */
  readonly path: string;
  readonly words: readonly CompletionWord[];
}

/** A word that may follow a command. */
interface CompletionWord {
  readonly text: string;
  readonly description: string;
  /** A flag whose value is the next word. */
  readonly takesValue: boolean;
}

/** Every command of a program, itself first, with its subcommands, the choices of its argument and its flags. */
export function commandTree(command: Command, parent = ""): CommandNode[] {
  const path = `${parent} ${command.name()}`.trim();
  const words = [
    ...command.commands.map((child) => word(child.name(), child.description())),
    ...command.registeredArguments.flatMap(({ argChoices, description }) =>
      (argChoices ?? []).map((choice) => word(choice, description)),
    ),
    ...command.options.flatMap((option) => {
      return option.long == null ? [] : [word(option.long, option.description, option.required || option.optional)];
    }),
    word("--help", "display help for command"),
  ];
  return [{ path, words }, ...command.commands.flatMap((child) => commandTree(child, path))];
}

function word(text: string, description: string, takesValue = false): CompletionWord {
  return { text, description, takesValue };
}
