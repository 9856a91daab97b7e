import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../../../src/testing/embedded-node/main.ts", import.meta.url));

describe("an embedded node in a process of its own", () => {
  it("says where it listens, and ends when told to", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", MAIN, "--master-key", "key"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = once(child, "exit");
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const { url } = JSON.parse(line) as { url: string };
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "available" });
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
  });
});
