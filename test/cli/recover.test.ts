import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { MiroirClient } from "../../src/index.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { cli, emptyFolder } from "./run-cli.ts";

/** Requests land within half a second here, so differences are confirmed soon. */
const QUICK = ["--key", MASTER_KEY, "--write-timeout", "0.5"];

/** Three nodes in a store file, an index, and a state of the file from before it. */
async function clusterInFile() {
  const nodes = await startNodes(3);
  const urls = nodes.map(({ url }) => url);
  const path = join(await emptyFolder(), "state.json");
  const address = `file:${path}`;
  await cli(["init", ...urls, "--rf", "2", "--shards", "16", "--store", address, "--key", MASTER_KEY]);
  const client = new MiroirClient({ topology: address, apiKey: MASTER_KEY, defaultWaitOptions: { interval: 5 } });
  onTestFinished(() => client.close());
  await client.health();
  await client.getIndexes();
  const backup = await readFile(path, "utf8");
  await client.createIndex("movies", { primaryKey: "id" }).waitTask();
  await client
    .index("movies")
    .addDocuments(Array.from({ length: 20 }, (_, id) => ({ id, title: `movie ${id}` })))
    .waitTask();
  await client.close();
  return { nodes, urls, address, path, backup };
}

describe("miroir recover", () => {
  it("brings back what a rolled back store lost, after a plan that changes nothing", async () => {
    const { address, path, backup } = await clusterInFile();
    await writeFile(path, backup);
    const before = await readFile(path, "utf8");
    const dry = await cli(["recover", "--topology", address, "--dry-run", ...QUICK]);
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/^movies +rebuilt$/m);
    expect(await readFile(path, "utf8")).toBe(before);
    const unasked = await cli(["recover", "--topology", address, ...QUICK]);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain("--yes");
    const { code, stdout } = await cli(["recover", "--topology", address, "--yes", ...QUICK]);
    expect(stdout).toContain("40 copies in 1 index compared. All are equal.");
    expect(stdout).toContain("The cluster is at epoch 1000.");
    expect(code).toBe(0);
    const status = await cli(["status", "--topology", address, "--json", "--key", MASTER_KEY]);
    expect(JSON.parse(status.stdout)).toMatchObject({ indexes: [{ uid: "movies" }] });
  });

  it("finds a cluster again from the address of one node when the store is empty, and prints JSON", async () => {
    const { urls } = await clusterInFile();
    const address = `file:${join(await emptyFolder(), "new.json")}`;
    const unnamed = await cli(["recover", "--topology", address, "--yes", ...QUICK]);
    expect(unnamed.code).toBe(4);
    const args = ["recover", "--topology", address, "--nodes", urls[1] ?? "", "--yes", "--json", ...QUICK];
    const { code, stdout } = await cli(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ epoch: 1000, isSound: true, plan: { storeEpoch: null } });
  });

  it("ends with 3 when a node was left out, and fails when that was not allowed", async () => {
    const { nodes, address } = await clusterInFile();
    await nodes[0]?.crash({ keepData: true });
    const refused = await cli(["recover", "--topology", address, "--yes", ...QUICK]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("--allow-silent");
    const { code } = await cli(["recover", "--topology", address, "--yes", "--allow-silent", ...QUICK]);
    expect(code).toBe(3);
  });
});
