import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { MASTER_KEY } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { type JobCluster, startJobCluster } from "../support/job-cluster.ts";
import { clusterWithMovies } from "./clusters.ts";
import { cli, startCli } from "./run-cli.ts";

const UID = "movies";

async function jobCluster(): Promise<JobCluster & { readonly flags: readonly string[] }> {
  const cluster = await startJobCluster({ isShared: true });
  const client = cluster.connect();
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  const documents = Array.from({ length: 300 }, (_, id) => ({ id, title: `Movie ${id}` }));
  await client.index(UID).addDocuments(documents).waitTask();
  return { ...cluster, flags: ["--topology", String(cluster.config.topology), "--key", MASTER_KEY] };
}

describe("commands that change who owns what", { timeout: 60_000 }, () => {
  it("show a plan with --dry-run, and change nothing", async () => {
    const { flags, spares, topology } = await jobCluster();
    const before = await topology();
    const add = ["node", "add", `new=${spares[0]?.url}`, ...flags];
    const { code, stdout } = await cli([...add, "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^node add: new to hold 8 of the 32 replicas of shards\.\n/);
    expect(stdout).toMatch(/\n8 replicas of shards copied: 1\d\d documents, .* MB; 8 replicas given up; 2 steps\.\n$/);
    const plan = JSON.parse((await cli([...add, "--dry-run", "--json"])).stdout);
    expect(plan).toMatchObject({ kind: "node add", fromEpoch: before.epoch, copies: { replicas: 8 } });
    expect(await topology()).toEqual(before);
  });

  it("ask before they change anything, and refuse when nobody is there to answer", async () => {
    const { flags, spares, topology } = await jobCluster();
    const before = await topology();
    const { code, stderr } = await cli(["node", "add", `new=${spares[0]?.url}`, ...flags]);
    expect(code).toBe(2);
    expect(stderr).toContain("--yes");
    expect(await topology()).toEqual(before);
  });

  it("do what they were told, say so, and keep a record", async () => {
    const { flags, spares, topology } = await jobCluster();
    const added = await cli(["node", "add", `new=${spares[0]?.url}`, "--yes", ...flags]);
    expect(added, added.stderr).toMatchObject({ code: 0 });
    expect(added.stderr).toContain("Step 1 of 2 is done");
    expect(added.stdout).toMatch(/\njob \w+ {2}node add {2}done\n/);
    const reshard = await cli(["reshard", "32", "--yes", "--json", ...flags]);
    expect(JSON.parse(reshard.stdout)).toMatchObject({ state: "done", plan: { kind: "reshard" }, documents: 0 });
    expect((await topology()).shards).toBe(32);
    const list = await cli(["job", "list", ...flags]);
    expect(list.stdout).toMatch(/reshard\s+done.*\n.*node add\s+done/);
    const status = await cli(["job", "status", ...flags]);
    expect(status.stdout).toMatch(/^job \w+ {2}reshard {2}done\n/);
    const even = await cli(["rebalance", ...flags]);
    expect(even).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing is to be done.") });
  });

  it("pause when they are interrupted, go on with `job resume`, and end with `job cancel`", async () => {
    const { flags, spares, topology } = await jobCluster();
    const slow = ["--documents-per-second", "20", "--yes"];
    const driver = await startCli(["node", "add", `new=${spares[0]?.url}`, ...slow, ...flags]);
    const exit = once(driver, "exit");
    await eventually(async () => expect((await topology()).change?.phase).toBe("copying"), 20_000);
    driver.kill("SIGINT");
    expect(await exit).toEqual([130, null]);
    expect((await topology()).change).toBeUndefined();
    expect((await cli(["job", "status", ...flags])).stdout).toContain("`miroir job resume");
    const other = await cli(["rf", "set", "1", "--yes", ...flags]);
    expect(other).toMatchObject({ code: 4, stderr: expect.stringContaining("is paused") });
    const cancelled = await cli(["job", "cancel", ...flags]);
    expect(cancelled).toMatchObject({ code: 0, stdout: expect.stringContaining("cancelled") });
    expect((await topology()).nodes).toHaveLength(3);
  });

  it("refuse what cannot be, naming what to give instead", async () => {
    const { flags } = await jobCluster();
    const missing = await cli(["node", "remove", "nobody", "--yes", ...flags]);
    expect(missing).toMatchObject({ code: 4, stderr: expect.stringContaining("node-0, node-1, node-2") });
    const none = await cli(["job", "status", ...flags]);
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining("There is none yet.") });
    const { flags: onNodes } = await clusterWithMovies();
    const homeless = await cli(["rebalance", "--yes", ...onNodes]);
    expect(homeless).toMatchObject({ code: 4, stderr: expect.stringContaining("miroir init --from-nodes --store") });
  });
});
