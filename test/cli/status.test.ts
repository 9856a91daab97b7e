import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { clusterWithMovies, flagsFor, MOVIES } from "./clusters.ts";
import { cli, emptyFolder, startCli } from "./run-cli.ts";

describe("miroir status", () => {
  it("shows nodes, copies and documents of a healthy cluster, and ends with 0", async () => {
    const { flags } = await clusterWithMovies();
    const { code, stdout, stderr } = await cli(["status", ...flags]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^cluster [0-9a-f-]{36} {2}healthy {2}3 nodes · 16 shards · 2 copies · epoch 1$/m);
    expect(stdout.match(/^node-\d {2}up {5}1\.50\.0 /gm)).toHaveLength(3);
    expect(stdout).toMatch(new RegExp(`^movies +${MOVIES} {2}complete \\(2 of 2\\)$`, "m"));
    expect(stdout).not.toContain(MASTER_KEY);
  });

  it("prints one JSON document that a program can read", async () => {
    const { flags, nodes } = await clusterWithMovies();
    const { code, stdout } = await cli(["status", "--json", ...flags]);
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      health: "healthy",
      founded: true,
      shards: 16,
      replicationFactor: 2,
      copies: 2,
      versions: ["1.50.0"],
      indexes: [{ uid: "movies", documents: MOVIES, shards: { complete: 16, degraded: 0, missing: 0 } }],
      debts: [],
      warnings: [],
    });
    expect(report.nodes).toHaveLength(3);
    expect(report.nodes[0]).toMatchObject({ id: "node-0", url: nodes[0]?.url, state: "up", reason: null, queue: 0 });
    const held = report.nodes.map((node: { documents: number }) => node.documents);
    expect(held.reduce((sum: number, count: number) => sum + count, 0)).toBe(2 * MOVIES);
    expect(report.balance.documents).toEqual({ least: Math.min(...held), most: Math.max(...held) });
  });

  it("ends with 3 when a node is away, says why, and still counts every document", async () => {
    const { flags, nodes } = await clusterWithMovies();
    await nodes[2]?.crash({ keepData: true });
    const { code, stdout } = await cli(["status", ...flags]);
    expect(code).toBe(3);
    expect(stdout).toContain("  degraded  ");
    expect(stdout).toMatch(/^node-2 {2}suspect {2}-/m);
    expect(stdout).toMatch(/^node node-2 could not be reached \(ECONNREFUSED\)$/m);
    expect(stdout).toMatch(new RegExp(`^movies +${MOVIES} {2}\\d+ shards complete, \\d+ without some copy$`, "m"));
  });

  it("shows which node owes what, and keeps showing it when the node is back", async () => {
    const { client, flags, nodes } = await clusterWithMovies();
    await nodes[1]?.crash({ keepData: true });
    const ids = Array.from({ length: 40 }, (_, id) => ({ id, title: "rewritten" }));
    await client.index("movies").addDocuments(ids).waitTask();
    await client.close(); // before the node is back: a client would begin to repair it
    await nodes[1]?.restart();
    const { code, stdout } = await cli(["status", "--json", ...flags]);
    const report = JSON.parse(stdout);
    expect(code).toBe(3);
    expect(report.health).toBe("degraded");
    expect(new Set(report.debts.map((debt: { node: string }) => debt.node))).toEqual(new Set(["node-1"]));
    const owed = report.debts.reduce((sum: number, debt: { documents: number }) => sum + debt.documents, 0);
    expect(owed).toBeGreaterThan(0);
    expect(report.nodes[1]).toMatchObject({ state: "up", owes: report.debts.length });
    const screen = await cli(["status", ...flags]);
    expect(screen.stdout).toMatch(
      new RegExp(`^node node-1 owes index movies: ${owed} documents \\(.*\\); reads avoid these copies$`, "m"),
    );
  });

  it("calls a cluster unavailable when shards have no copy that answers", async () => {
    const { flags, nodes } = await clusterWithMovies();
    await nodes[0]?.crash({ keepData: true });
    await nodes[1]?.crash({ keepData: true });
    const { code, stdout } = await cli(["status", "--json", ...flags]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ health: "unavailable" });
    expect(JSON.parse(stdout).indexes[0].shards.missing).toBeGreaterThan(0);
  });

  it("ends with 1 when no node can be asked", async () => {
    const nodes = await startNodes(2);
    const { code, stdout } = await cli(["status", "--nodes", nodes.map(({ url }) => url).join(","), "--key", "wrong"]);
    expect(code).toBe(1);
    expect(stdout).toContain("no node can be asked");
    expect(stdout).toContain("refused GET version with 403");
    expect(stdout).not.toContain("wrong");
  });

  it("shows servers that are no cluster yet, and founds none", async () => {
    const nodes = await startNodes(3);
    const flags = flagsFor(nodes.map(({ url }) => url));
    const { code, stdout } = await cli(["status", ...flags, "--shards", "16"]);
    expect(code).toBe(0);
    expect(stdout).toContain("not founded yet");
    expect(stdout).toContain("3 nodes · 16 shards · 2 copies");
    const answer = await fetch(`${nodes[0]?.url}/indexes`, { headers: { authorization: `Bearer ${MASTER_KEY}` } });
    expect(await answer.json()).toMatchObject({ total: 0 });
  });

  it("does not call copies complete where the server has lost the index", async () => {
    const { directs, flags } = await clusterWithMovies();
    await directs[1]?.deleteIndex("movies").waitTask();
    const { code, stdout } = await cli(["status", ...flags]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^node node-1 has no index movies$/m);
    expect(stdout).toMatch(new RegExp(`^movies +${MOVIES} {2}\\d+ shards? complete, \\d+ without some copy$`, "m"));
  });

  it("warns when the configuration does not describe the cluster", async () => {
    const { flags } = await clusterWithMovies();
    const { code, stdout } = await cli(["status", ...flags, "--rf", "3"]);
    expect(code).toBe(3);
    expect(stdout).toContain("`replicationFactor` is 3 in the configuration and 2 on the nodes");
  });

  it("shows itself again and again with --watch, and ends with 130 when interrupted", async () => {
    const { flags } = await clusterWithMovies();
    const child = await startCli(["status", "--watch", "--interval", "1", "--json", ...flags]);
    const exit = once(child, "exit");
    const reports: { health: string }[] = [];
    for await (const line of createInterface(child.stdout)) {
      reports.push(JSON.parse(line));
      if (reports.length === 2) child.kill("SIGINT");
    }
    expect(reports.map(({ health }) => health)).toEqual(["healthy", "healthy"]);
    expect(await exit).toEqual([130, null]);
  });

  it("ends in silence when its reader does, as `head` does", async () => {
    const { flags } = await clusterWithMovies({ nodes: 1 });
    const child = await startCli(["status", "--watch", "--interval", "1", "--json", ...flags]);
    const exit = once(child, "exit");
    const complaints = text(child.stderr);
    await once(child.stdout, "data");
    child.stdout.destroy();
    expect(await exit).toEqual([0, null]);
    expect(await complaints).toBe("");
  });

  it("points to the doctor unless all is well", async () => {
    const { flags } = await clusterWithMovies({ nodes: 1 });
    const [well, wrong] = await Promise.all([cli(["status", ...flags]), cli(["status", ...flags, "--key", "wrong"])]);
    expect(well.stdout).not.toContain("miroir doctor");
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringMatching(/^`miroir doctor` .*what to do\.$/m) });
  });
});

describe("the cluster that a command is pointed at", () => {
  it("comes from flags before the environment, and from there before the file in the folder", async () => {
    const [here, there] = await Promise.all([clusterWithMovies({ nodes: 1 }), clusterWithMovies({ nodes: 2 })]);
    const urls = there.nodes.map(({ url }) => url).join(",");
    const env = { MIROIR_NODES: urls, MIROIR_KEY: MASTER_KEY };
    const cwd = await emptyFolder();
    await writeFile(join(cwd, "miroir.json"), "no topology");
    const [byEnvironment, byFlag] = await Promise.all([
      cli(["status", "--json"], { cwd, env }),
      cli(["status", "--json", ...here.flags], { cwd, env: { ...env, MIROIR_KEY: "wrong" } }),
    ]);
    expect(JSON.parse(byEnvironment.stdout).nodes).toHaveLength(2);
    expect(await cli(["status"], { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining("miroir.json") });
    expect(JSON.parse(byFlag.stdout)).toMatchObject({ health: "healthy", nodes: [{ url: here.nodes[0]?.url }] });
  });

  it("takes the key from MEILI_MASTER_KEY when no other is given", async () => {
    const { nodes } = await clusterWithMovies({ nodes: 1 });
    const env = { MEILI_MASTER_KEY: MASTER_KEY };
    expect(await cli(["status", "--nodes", nodes[0]?.url ?? ""], { env })).toMatchObject({ code: 0 });
  });

  it.each([
    ["--key", ["--key", "secret\n"], {}],
    ["MIROIR_KEY", [], { MIROIR_KEY: "secret\r" }],
    ["MEILI_MASTER_KEY", [], { MEILI_MASTER_KEY: "secret\u20ac" }],
  ])(
    "is not asked with a key that no request can carry: %s is named, the key is not shown",
    async (name, args, env) => {
      const { code, stderr } = await cli(["status", "--nodes", "http://127.0.0.1:1", ...args], { env });
      expect(code).toBe(2);
      expect(stderr).toContain(`${name} cannot be sent: its character 7 `);
      expect(stderr).not.toContain("secret");
    },
  );

  it.each([
    ["nothing names one", [], "Which cluster?"],
    ["two name one", ["--topology", "a.json", "--nodes", "http://127.0.0.1:1"], "either --topology or --nodes"],
    ["its file is not there", ["--topology", "missing.json"], "cannot be read"],
    ["an address is none", ["--nodes", "10.0.0.1"], "`nodes[0].url`"],
    ["there are more copies than nodes", ["--nodes", "http://127.0.0.1:1", "--rf", "2"], "`replicationFactor` is 2"],
    ["a number is none", ["--nodes", "http://127.0.0.1:1", "--rf", "two"], "whole number"],
  ])("is a mistake of usage, 2, when %s", async (_, args, words) => {
    const { code, stdout, stderr } = await cli(["status", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
  });
});
