import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MiroirClient } from "../../src/index.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { serverOfVersion } from "./clusters.ts";
import { cli, emptyFolder } from "./run-cli.ts";

const env = { MIROIR_KEY: MASTER_KEY };

async function urlsOf(count: number): Promise<string[]> {
  return (await startNodes(count)).map(({ url }) => url);
}

describe("miroir init", () => {
  it("writes a file that clients and the other commands start from, and shows the plan", async () => {
    const cwd = await emptyFolder();
    const urls = await urlsOf(3);
    const init = await cli(["init", ...urls.map((url, position) => `n${position}=${url}`), "--shards", "16"], {
      cwd,
      env,
    });
    expect(init).toMatchObject({
      code: 0,
      stderr: "Wrote miroir.json. The first client that connects founds the cluster.\n",
    });
    expect(init.stdout).toMatch(/^cluster [0-9a-f-]{36} {2}3 nodes · 16 shards · 2 copies$/m);
    expect(init.stdout).toMatch(new RegExp(`^n0 +default +\\d+ {2}${urls[0]}$`, "m"));
    expect(await readdir(cwd)).toEqual(["miroir.json"]);
    const text = await readFile(join(cwd, "miroir.json"), "utf8");
    expect(text + init.stdout + init.stderr).not.toContain(MASTER_KEY);

    await using client = new MiroirClient({ topology: `file:${join(cwd, "miroir.json")}`, apiKey: MASTER_KEY });
    await client.createIndex("movies").waitTask();
    const status = await cli(["status", "--json"], { cwd, env });
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      founded: true,
      clusterId: JSON.parse(text).clusterId,
      warnings: [],
    });
  });

  it("knows replica groups", async () => {
    const urls = await urlsOf(4);
    const groups = ["--group", `east=${urls[0]},${urls[1]}`, "--group", `west=${urls[2]},${urls[3]}`];
    const { code, stdout } = await cli(["init", ...groups, "--rf", "1", "--json", "--dry-run"], { env });
    const topology = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(topology.groups.map(({ name }: { name: string }) => name)).toEqual(["east", "west"]);
    expect(topology.nodes.map(({ group }: { group: string }) => group)).toEqual(["east", "east", "west", "west"]);
  });

  it("writes nothing with --dry-run", async () => {
    const cwd = await emptyFolder();
    const { code, stderr } = await cli(["init", ...(await urlsOf(1)), "--dry-run"], { cwd, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "Nothing was written.\n" });
    expect(await readdir(cwd)).toEqual([]);
  });

  it("refuses with 4 to replace a file, unless it is forced", async () => {
    const cwd = await emptyFolder();
    await writeFile(join(cwd, "miroir.json"), "mine");
    const urls = await urlsOf(1);
    const refused = await cli(["init", ...urls], { cwd, env });
    expect(refused).toMatchObject({ code: 4, stdout: "", stderr: expect.stringContaining("miroir.json exists") });
    expect(await readFile(join(cwd, "miroir.json"), "utf8")).toBe("mine");
    expect(await cli(["init", ...urls, "--force"], { cwd, env })).toMatchObject({ code: 0 });
    expect(await readFile(join(cwd, "miroir.json"), "utf8")).toContain(urls[0]);
  });

  it("ends with 1 and writes nothing when a server does not answer or refuses the key", async () => {
    const cwd = await emptyFolder();
    const nodes = await startNodes(2);
    const urls = nodes.map(({ url }) => url);
    const wrongKey = await cli(["init", ...urls, "--key", "wrong"], { cwd });
    expect(wrongKey).toMatchObject({ code: 1, stderr: expect.stringContaining("403") });
    await nodes[1]?.crash({ keepData: true });
    const away = await cli(["init", ...urls], { cwd, env });
    expect(away).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(`(${urls[1]}) could not be reached`),
    });
    expect(await readdir(cwd)).toEqual([]);
  });

  it("refuses with 4 servers of other versions, or with other master keys", async () => {
    const [first = "", second = ""] = await urlsOf(2);
    const [other] = await startNodes(1, { masterKey: "another-key" });
    const [old, mixed, keys] = await Promise.all([
      cli(["init", await serverOfVersion(first, "1.12.8")], { env }),
      cli(["init", first, await serverOfVersion(second, "1.51.0")], { env }),
      cli(["init", first, other?.url ?? ""], { env }),
    ]);
    expect(old).toMatchObject({ code: 4, stderr: expect.stringContaining("runs Meilisearch 1.12.8") });
    expect(mixed).toMatchObject({ code: 4, stderr: expect.stringContaining("different versions: 1.50.0, 1.51.0") });
    expect(keys).toMatchObject({ code: 4, stderr: expect.stringContaining("one master key") });
  });

  it("refuses with 4 one server under two addresses, which would hold every copy", async () => {
    const [first = "", second = ""] = await urlsOf(2);
    const again = await serverOfVersion(first, "1.50.0");
    const [twins, apart] = await Promise.all([
      cli(["init", first, second, again], { env }),
      cli(["init", first, second], { env }),
    ]);
    expect(twins).toMatchObject({ code: 4, stdout: "" });
    expect(twins.stderr).toContain(`${first} and ${again} have the same API keys`);
    expect(apart).toMatchObject({ code: 0 });
  });

  it("names the file and --out when it cannot be written", async () => {
    const { code, stderr } = await cli(["init", ...(await urlsOf(1)), "--out", "missing/here.json"], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^miroir: missing\/here\.json could not be written \(ENOENT\)\. .*--out\.\n$/);
  });

  it("writes the file of servers that are a cluster already, and refuses to make another of them", async () => {
    const urls = await urlsOf(3);
    const nodes = urls.map((url, position) => ({ id: `n${position}`, url }));
    await using client = new MiroirClient({ nodes, shards: 16, apiKey: MASTER_KEY });
    await client.createIndex("movies").waitTask();
    const named = nodes.map(({ id, url }) => `${id}=${url}`);
    const [same, shards, fewer, unnamed] = await Promise.all([
      cli(["init", ...named, "--shards", "16"], { env }),
      cli(["init", ...named, "--shards", "32"], { env }),
      cli(["init", ...named.slice(0, 2), "--shards", "16"], { env }),
      cli(["init", ...urls, "--shards", "16"], { env }),
    ]);
    expect(same).toMatchObject({ code: 0, stderr: expect.stringContaining("hold this cluster already") });
    expect(shards).toMatchObject({ code: 4, stderr: expect.stringContaining("`shards` is 32 in the plan and 16") });
    expect(fewer).toMatchObject({ code: 4, stderr: expect.stringContaining("`nodes` are") });
    expect(unnamed).toMatchObject({ code: 4, stderr: expect.stringContaining("node n0 of cluster") });
  });

  it.each([
    ["no server is named", [], "Which servers?"],
    ["a group has no servers", ["--group", "east"], "Give name=address,address."],
    ["a server is named twice", ["http://10.0.0.1:7700", "http://10.0.0.1:7700"], "the same url"],
    ["there are more copies than servers", ["http://10.0.0.1:7700", "--rf", "2"], "--rf is 2"],
    ["the shards are no power of two", ["http://10.0.0.1:7700", "--shards", "20"], "--shards is 20"],
  ])("is a mistake of usage, 2, when %s", async (_, args, words) => {
    const { code, stdout, stderr } = await cli(["init", ...args], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
  });

  it("puts a cluster into a store, and moves one there that keeps its state on the servers", async () => {
    const cwd = await emptyFolder();
    const urls = await urlsOf(3);
    const fresh = await cli(["init", ...(await urlsOf(2)), "--store", "file:fresh.json"], { cwd, env });
    expect(fresh).toMatchObject({ code: 0, stderr: expect.stringContaining("Put the cluster into the store.") });

    const before = new MiroirClient({ nodes: urls, apiKey: MASTER_KEY });
    await before.createIndex("movies", { primaryKey: "id" }).waitTask();
    await before
      .index("movies")
      .addDocuments([{ id: 1 }])
      .waitTask();
    await before.close();
    const move = ["init", ...urls, "--store", "file:moved.json"];
    const unasked = await cli(move, { cwd, env });
    expect(unasked).toMatchObject({ code: 4, stderr: expect.stringContaining("--from-nodes") });
    expect(await readdir(cwd)).not.toContain("moved.json");
    expect(await cli([...move, "--from-nodes"], { cwd, env })).toMatchObject({ code: 0 });
    await using after = new MiroirClient({ topology: `file:${join(cwd, "moved.json")}`, apiKey: MASTER_KEY });
    expect(await after.index("movies").getDocument(1)).toEqual({ id: 1 });
    const status = await cli(["status", "--topology", "file:moved.json", "--json"], { cwd, env });
    expect({ code: status.code, ...JSON.parse(status.stdout) }).toMatchObject({ code: 0, founded: true, warnings: [] });
    const again = await cli(["init", ...urls, "--store", "file:again.json", "--from-nodes"], { cwd, env });
    expect(again).toMatchObject({ code: 4, stderr: expect.stringContaining("in a store already") });
    expect(await readdir(cwd)).not.toContain("again.json");
  });
});
