import type { CommandNode } from "./command-tree.ts";

/** The shells that a completion script can be written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** Writes the completion script of a command tree whose first node is the program. */
export function completionScript(shell: Shell, tree: readonly CommandNode[]): string {
  switch (shell) {
    case "bash":
      return bashScript(tree);
    case "zsh":
      return zshScript(tree);
    case "fish":
      return fishScript(tree);
    default:
      return shell satisfies never;
  }
}

function bashScript(tree: readonly CommandNode[]): string {
  const candidates = tree.map(
    ({ path, words }) => `    "${path}") words="${words.map(({ text }) => text).join(" ")}" ;;`,
  );
  return `# Completion of miroir for bash. Load it with: source <(miroir completion bash)
_miroir() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="miroir" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${pathPattern(tree)}) path="$path $word" ;;
    esac
  done
  case "$path" in
${candidates.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _miroir miroir
`;
}

function zshScript(tree: readonly CommandNode[]): string {
  const candidates = tree.map(({ path, words }) => {
    const described = words.map(({ text, description }) => `      ${quoted(`${text}:${description}`)}`);
    return `    "${path}") candidates=(\n${described.join("\n")}\n    ) ;;`;
  });
  return `#compdef miroir
# Completion of miroir for zsh. Load it with: source <(miroir completion zsh)
_miroir() {
  local line="miroir" word
  local -a candidates
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$line $word" in
      ${pathPattern(tree)}) line="$line $word" ;;
    esac
  done
  case "$line" in
${candidates.join("\n")}
  esac
  _describe 'miroir' candidates || _files
}
compdef _miroir miroir
`;
}

/** Fish asks of every rule whether it holds: one function answers with the command that the line is at. */
function fishScript(tree: readonly CommandNode[]): string {
  const rules = tree.flatMap(({ path, words }) =>
    words.map(({ text, description, takesValue }) => {
      const candidate = text.startsWith("--")
        ? `-l ${text.slice(2)}${takesValue ? " -r" : ""}`
        : `-f -a ${quoted(text)}`;
      return `complete -c miroir -n ${quoted(`__miroir_at "${path}"`)} ${candidate} -d ${quoted(description)}`;
    }),
  );
  return `# Completion of miroir for fish. Load it with: miroir completion fish | source
function __miroir_at
  set -l line miroir
  for word in (commandline -opc)[2..-1]
    switch "$line $word"
      case ${deeper(tree).map(quoted).join(" ")}
        set line "$line $word"
    end
  end
  test "$line" = "$argv[1]"
end
${rules.join("\n")}
`;
}

function deeper(tree: readonly CommandNode[]): string[] {
  return tree.slice(1).map(({ path }) => path);
}

function pathPattern(tree: readonly CommandNode[]): string {
  return deeper(tree)
    .map((path) => `"${path}"`)
    .join("|");
}

/** A word in single quotes, for all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
