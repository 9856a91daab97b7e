import { join } from "node:path";
import { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { cli, emptyFolder, startCli } from "./run-cli.ts";

const KEY = ["--key", MASTER_KEY];

/** A server with an index, and the address of a store. */
async function server(documents: number) {
  const [node] = await startNodes(1);
  const url = node?.url ?? "";
  const index = new Meilisearch({ host: url, apiKey: MASTER_KEY }).index("movies");
  const all = Array.from({ length: documents }, (_, id) => ({ id, title: `movie ${id}` }));
  await index.addDocuments(all, { primaryKey: "id" }).waitTask();
  const store = `file:${join(await emptyFolder(), "state.json")}`;
  return { url, index, store, args: ["adopt", `first=${url}`, "--store", store, "--shards", "16", ...KEY] };
}

describe("miroir adopt", () => {
  it("shows a plan, asks, adopts, and is done when it is run again", async () => {
    const { args, store } = await server(30);
    const dry = await cli([...args, "--dry-run"]);
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/^movies +id +30$/m);
    expect((await cli(args)).code).toBe(2);
    const { code, stdout } = await cli([...args, "--yes", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ node: { id: "first" }, indexes: [{ uid: "movies", documents: 30 }] });
    const status = await cli(["status", "--topology", store, "--json", ...KEY]);
    expect(JSON.parse(status.stdout)).toMatchObject({ indexes: [{ uid: "movies" }], nodes: [{ id: "first" }] });
    expect((await cli([...args, "--yes"])).stdout).toContain("no index is to be adopted");
  }, 60_000);

  it("is finished by another one when it is killed in the middle", async () => {
    const { args, index, store } = await server(12_000);
    const child = await startCli([...args, "--yes", "--documents-per-second", "4000"]);
    await eventually(async () => {
      const { fieldDistribution } = await index.getStats();
      expect(fieldDistribution["_miroir_version"]).toBeGreaterThan(0);
    }, 20_000);
    child.kill("SIGKILL");
    expect((await cli(["status", "--topology", store, ...KEY])).code).not.toBe(0);
    expect((await cli([...args, "--yes"])).code).toBe(0);
    const verified = await cli(["verify", "--topology", store, "--write-timeout", "0.5", ...KEY]);
    expect(verified.stdout).toContain("12,000 copies in 1 index compared. All are equal.");
  }, 60_000);

  it("ends with 4 when the server belongs to another cluster", async () => {
    const { args, url } = await server(1);
    await cli([...args, "--yes"]);
    const other = `file:${join(await emptyFolder(), "other.json")}`;
    const { code, stderr } = await cli(["adopt", url, "--store", other, "--yes", ...KEY]);
    expect(code).toBe(4);
    expect(stderr).toContain("belongs to cluster");
  });
});
