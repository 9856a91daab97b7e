import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import packageFile from "../../../package.json" with { type: "json" };

const PROGRAM = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

function start(args: readonly string[]) {
  return spawn(process.execPath, ["--import", "tsx", PROGRAM, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

async function run(...args: string[]) {
  const child = start(args);
  const exit = once(child, "exit");
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

describe("miroir", () => {
  it("prints the version of the package", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: `${packageFile.version}\n`, stderr: "" });
  });

  it("ends with 2 and says why when the command line is wrong", async () => {
    const outcomes = await Promise.all([run(), run("nodes"), run("node", "--prt", "1"), run("node", "--port", "x")]);
    expect(outcomes.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      Array.from({ length: 4 }, () => ({ code: 2, stdout: "" })),
    );
    const [nothing, command, option, value] = outcomes.map(({ stderr }) => stderr);
    expect(nothing).toContain("Usage: miroir");
    expect(command).toContain("unknown command 'nodes'");
    expect(option).toContain("unknown option '--prt'");
    expect(value).toContain("Give a number from 0 to 65535.");
  });
});

describe("miroir node", () => {
  it("answers until it is stopped, says what it is, and asks for its key", async () => {
    const child = start(["node", "--port", "0", "--master-key", "secret"]);
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    expect(line).toMatch(/^embedded node \(not a Meilisearch server\) at http:/);
    expect(line).not.toContain("secret");
    const url = /http:\S+\d/.exec(line)?.[0];
    const authorization = "Bearer secret";
    const answers = await Promise.all([
      fetch(`${url}/version`),
      fetch(`${url}/version`, { headers: { authorization } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 200]);
    const exit = once(child, "exit");
    child.kill("SIGINT");
    expect(await exit).toEqual([0, null]);
  });

  it("ends with 1 and says why when its port is taken", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { code, stderr } = await run("node", "--port", String((squatter.address() as AddressInfo).port));
    squatter.close();
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^miroir: .*EADDRINUSE.*\n$/) });
  });
});
