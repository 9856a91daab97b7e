import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { cli, startCli } from "./run-cli.ts";

describe("miroir store serve", () => {
  it("serves a file to whoever has the token, until it is told to end", async () => {
    const env = { MY_TOKEN: "secret" };
    const child = await startCli(
      ["store", "serve", "--store", "file:./s.json", "--port", "0", "--token-env", "MY_TOKEN"],
      {
        env,
      },
    );
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const url = /at (http:\S+), with a token$/.exec(line)?.[1] ?? "";
    const store = await openStore(url, { token: "secret" });
    expect(await store.put("key", 1)).toEqual({ ok: true, revision: 1 });
    const stranger = await openStore(url);
    await expect(stranger.get("key")).rejects.toMatchObject({ code: "miroir_invalid_config" });
    await Promise.all([store.close(), stranger.close()]);
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
  });

  it.each([
    ["a kind of store that there is not", ["--store", "etcd://here"], "begins with `etcd:`"],
    ["a folder that does not exist", ["--store", "file:./missing/s.json"], "cannot be used"],
    ["others' access without a token", ["--store", "memory:", "--host", "0.0.0.0"], "needs a `token`"],
  ])("ends with 1 and says why for %s", async (_, flags, why) => {
    const { code, stderr } = await cli(["store", "serve", "--port", "0", ...flags]);
    expect(code).toBe(1);
    expect(stderr).toContain(why);
  });
});
