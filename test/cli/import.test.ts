import { existsSync } from "node:fs";
import { join } from "node:path";
import { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import { MASTER_KEY, startCluster, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { flagsFor } from "./clusters.ts";
import { cli, emptyFolder, startCli } from "./run-cli.ts";

/** A server with an index, and a cluster without any. */
async function setUp(documents: number) {
  const [node] = await startNodes(1);
  const url = node?.url ?? "";
  const index = new Meilisearch({ host: url, apiKey: MASTER_KEY }).index("movies");
  const all = Array.from({ length: documents }, (_, id) => ({ id, title: `movie ${id}` }));
  await index.addDocuments(all, { primaryKey: "id" }).waitTask();
  const { nodes, client } = await startCluster();
  await client.getIndexes();
  const cwd = await emptyFolder();
  const args = ["import", "--from", url, "--no-keys", ...flagsFor(nodes.map((each) => each.url))];
  return { index, client, cwd, args };
}

describe("miroir import", () => {
  it("goes on after it was killed, and leaves no cursor behind", async () => {
    const { client, cwd, args } = await setUp(12_000);
    const dry = await cli([...args, "--dry-run"], { cwd });
    expect(dry.stdout).toMatch(/^movies +id +12,000 +0$/m);
    const child = await startCli([...args, "--yes", "--documents-per-second", "2000"], { cwd });
    const cursor = join(cwd, "miroir-import.json");
    await eventually(() => expect(existsSync(cursor)).toBe(true), 20_000);
    await eventually(async () => {
      expect((await client.index("movies").getStats()).numberOfDocuments).toBeGreaterThan(0);
    }, 20_000);
    child.kill("SIGKILL");
    const { code, stdout } = await cli([...args, "--yes", "--json"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ isEqual: true, indexes: [{ source: 12_000, imported: 12_000 }] });
    expect(code).toBe(0);
    expect(existsSync(cursor)).toBe(false);
    expect((await cli([...args, "--yes"], { cwd })).code).toBe(4);
  }, 90_000);

  it("fails without a source, and asks before it changes anything", async () => {
    const { cwd, args } = await setUp(1);
    expect((await cli(["import", ...args.slice(3)], { cwd })).code).toBe(2);
    const unasked = await cli(args, { cwd });
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
  });
});
