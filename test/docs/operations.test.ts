import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { miroirProgram } from "../../src/cli/program.ts";

const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
const program = miroirProgram();

/** What is wrong with a command line; whether its arguments are all there counts only when it is shown to be typed. */
function faultsOf(text: string, isTyped: boolean): string[] {
  const words = text.split(/\s+/).slice(1);
  let command = program;
  let positionals = 0;
  const faults: string[] = [];
  while (words.length > 0) {
    const word = words.shift() ?? "";
    const child = positionals === 0 ? childOf(command, word) : undefined;
    if (child !== undefined) command = child;
    else if (word.startsWith("-")) faults.push(...flagFaults(command, word, words));
    else positionals += 1;
  }
  const takes = command.registeredArguments;
  const most = takes.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : takes.length;
  if (positionals > most) faults.push(`takes ${most} arguments, not ${positionals}`);
  if (isTyped && positionals < takes.filter(({ required }) => required).length) faults.push("lacks an argument");
  if (positionals === 0 && isTyped && command.commands.length > 0 && command.name() !== "node")
    faults.push("lacks a subcommand");
  return faults;
}

function childOf(command: Command, word: string): Command | undefined {
  return command.commands.find((child) => child.name() === word);
}

function flagFaults(command: Command, word: string, rest: string[]): string[] {
  const option = command.options.find(({ long }) => long === word);
  if (option === undefined) return [`has no flag ${word}`];
  if (!option.required) return [];
  return rest.shift() === undefined ? [`lacks the value of ${word}`] : [];
}

/** Lines that are typed, as the page shows them. */
const typed = [...page.matchAll(/^\$ (miroir .*)$/gm)].map(([, line = ""]) => line.replace(/ *[#|>&].*$/, ""));
/** Commands that the text names. */
const named = [...page.matchAll(/`(miroir [^`]+)`/g)].map(([, line = ""]) => line);

describe("docs/operations.md", () => {
  it.each([
    ["miroir node ad d=http://d", "takes 0 arguments, not 2"],
    ["miroir verify --repar", "has no flag --repar"],
    ["miroir job list --json extra", "takes 0 arguments, not 1"],
    ["miroir node replace b", "lacks an argument"],
    ["miroir verify --throttle", "lacks the value of --throttle"],
    ["miroir job", "lacks a subcommand"],
  ])("is checked by rules that see what is wrong with `%s`", (line, fault) => {
    expect(faultsOf(line, true)).toContain(fault);
  });

  it("shows only commands and flags that exist", () => {
    expect(typed.length).toBeGreaterThan(25);
    expect(named.length).toBeGreaterThan(15);
    const faults = [
      ...typed.map((line) => [line, faultsOf(line, true)]),
      ...named.map((line) => [line, faultsOf(line, false)]),
    ];
    expect(faults.filter(([, found]) => found?.length !== 0)).toEqual([]);
  });

  it("links only to places that exist", () => {
    const slugs = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = ""]) => anchor);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(slugs).toContain(link);
  });
});
