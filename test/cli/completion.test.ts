import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { cli, emptyFolder } from "./run-cli.ts";

const run = promisify(execFile);

/** What bash offers behind a command line. */
async function bashOffers(script: string, words: readonly string[]): Promise<string[]> {
  const file = join(await emptyFolder(), "miroir.bash");
  await writeFile(file, script);
  const line = `source ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _miroir; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run("bash", ["-c", line, "bash", "miroir", ...words]);
  return stdout.split("\n").filter((offer) => offer !== "");
}

describe("miroir completion", () => {
  it("completes commands, subcommands and flags in bash", async () => {
    const { code, stdout } = await cli(["completion", "bash"]);
    expect(code).toBe(0);
    expect(await bashOffers(stdout, [""])).toEqual(
      expect.arrayContaining(["init", "status", "doctor", "plan", "node", "completion"]),
    );
    expect(await bashOffers(stdout, ["sta"])).toEqual(["status"]);
    expect(await bashOffers(stdout, ["plan", ""])).toEqual(expect.arrayContaining(["search", "write"]));
    expect(await bashOffers(stdout, ["plan", "search", "movies", "--topology", "x", "--fil"])).toEqual(["--filter"]);
    expect(await bashOffers(stdout, ["completion", "f"])).toEqual(["fish"]);
  });

  it("names every command of the help in zsh and fish too", async () => {
    const [help, zsh, fish] = await Promise.all([
      cli(["--help"]),
      cli(["completion", "zsh"]),
      cli(["completion", "fish"]),
    ]);
    const commands = [...(help.stdout.split("Commands:")[1] ?? "").matchAll(/^ {2}([a-z]+) /gm)].map(
      ([, name]) => name,
    );
    expect(commands.length).toBeGreaterThanOrEqual(6);
    for (const name of commands) {
      if (name === "help") continue;
      expect(zsh.stdout).toContain(`'${name}:`);
      expect(fish.stdout).toContain(`-a '${name}'`);
    }
    expect(zsh.stdout).toMatch(/^#compdef miroir/);
  });

  it("refuses other shells with 2", async () => {
    expect(await cli(["completion", "powershell"])).toMatchObject({ code: 2, stdout: "" });
  });
});
