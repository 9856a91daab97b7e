import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startNodes } from "../support/cluster.ts";
import { cli, emptyFolder } from "./run-cli.ts";

describe("miroir node", () => {
  it("ends with 1 and names the port that another process has", async () => {
    const [squatter] = await startNodes(1);
    const { port } = new URL(squatter?.url ?? "");
    const { code, stderr } = await cli(["node", "--port", port]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^miroir: --port is ${port}, .*EADDRINUSE.*0 for a free one\\.\n$`));
  });

  it.each([
    ["in no folder", join("missing", "journal")],
    ["no journal", "not-a-journal"],
  ])("ends with 1 and names the data file that is %s", async (_, file) => {
    const cwd = await emptyFolder();
    await writeFile(join(cwd, "not-a-journal"), "{bad\n{worse\n");
    const { code, stderr } = await cli(["node", "--port", "0", "--data", file], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^miroir: --data is \S+, which cannot be used: .*a new file in a folder that exists\.\n$/);
  });
});
