import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startJob } from "../../src/jobs/index.ts";
import { createEmbeddedNode } from "../../src/testing/index.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { startJobCluster } from "../support/job-cluster.ts";
import { clusterWithMovies, flagsFor, serverOfVersion } from "./clusters.ts";
import { cli, emptyFolder } from "./run-cli.ts";

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly nodes: readonly string[];
  readonly index?: string;
  readonly message: string;
  readonly remedy: string;
}

/** What the doctor finds; every finding has a sentence and a remedy. */
async function diagnose(flags: readonly string[]): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, stdout } = await cli(["doctor", "--json", ...flags]);
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  for (const { message, remedy } of findings) expect([message, remedy].every((text) => text.endsWith("."))).toBe(true);
  return { code, findings };
}

describe("miroir doctor", () => {
  it("finds nothing in a healthy cluster and ends with 0", async () => {
    const { flags } = await clusterWithMovies();
    const { code, stdout } = await cli(["doctor", ...flags]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "3 nodes looked at. Nothing is wrong.\n" });
  });

  it("finds nothing where a store holds the state, also once owners have changed, unless the store went back", async () => {
    const { config, connect, store } = await startJobCluster({ isShared: true });
    await connect().createIndex("movies", { primaryKey: "id" }).waitTask();
    const flags = ["--topology", String(config.topology), "--key", MASTER_KEY];
    expect(await diagnose(flags)).toEqual({ code: 0, findings: [] });
    const former = await store.get("topology");
    expect(await startJob(config, { kind: "rf set", replicationFactor: 3 })).toMatchObject({ state: "done" });
    expect(await diagnose(flags)).toEqual({ code: 0, findings: [] });
    expect((await cli(["status", ...flags])).stdout).toContain("16 shards · 3 copies");
    await store.put("topology", former?.value ?? null);
    const { findings } = await diagnose(flags);
    expect(findings).toMatchObject([{ code: "store_rolled_back", severity: "error" }]);
  });

  it("calls no index a stranger when it is asked past the store that knows it", async () => {
    const { connect, nodes } = await startJobCluster();
    await connect().createIndex("movies", { primaryKey: "id" }).waitTask();
    const { findings } = await diagnose(flagsFor(nodes.map(({ url }) => url)));
    expect(findings.map(({ code }) => code)).not.toContain("index_unknown");
    const down = await cli(["doctor", "--topology", "http://127.0.0.1:1", "--key", MASTER_KEY]);
    expect(down).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot be reached") });
  });

  it("ends with 3 and says what is wrong with which node and what to do", async () => {
    const { flags, nodes } = await clusterWithMovies();
    await nodes[0]?.crash({ keepData: true });
    const { code, stdout } = await cli(["doctor", ...flags]);
    expect(code).toBe(3);
    expect(stdout).toBe(
      [
        "error unreachable",
        `  Node node-0 (${nodes[0]?.url}) could not be reached (ECONNREFUSED).`,
        "  → Start the server, or correct its address; its id must stay.",
        "",
        "3 nodes looked at. 1 error, 0 warnings.",
        "",
      ].join("\n"),
    );
  });

  it("says which shards no node can answer for, and which nodes hold them", async () => {
    const { flags, nodes } = await clusterWithMovies({ nodes: 2, replicationFactor: 1 });
    await nodes[0]?.crash({ keepData: true });
    const { code, findings } = await diagnose(flags);
    expect(code).toBe(3);
    expect(findings.map((finding) => finding.code)).toEqual(["unreachable", "shards_missing"]);
    expect(findings[1]).toMatchObject({ severity: "error", nodes: ["node-0"] });
    expect(findings[1]?.message).toMatch(/^\d+ shards of 16 have no copy that clients can use/);
    expect(findings[1]?.remedy).toMatch(/: node-0 \(\d+ shards\)\.$/);
  });

  it("finds one server that is configured as two nodes", async () => {
    const [node] = await startNodes(1);
    const urls = [node?.url ?? "", await serverOfVersion(node?.url ?? "", "1.50.0")];
    const { code, findings } = await diagnose(flagsFor(urls));
    expect(code).toBe(3);
    expect(findings).toMatchObject([{ code: "same_server", severity: "error" }, { code: "not_founded" }]);
  });

  it("only notes that a cluster is not founded and its servers have no master key", async () => {
    const nodes = await Promise.all([createEmbeddedNode(), createEmbeddedNode()]);
    onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.close()))));
    const { code, findings } = await diagnose(["--nodes", nodes.map(({ url }) => url).join(",")]);
    expect(code).toBe(0);
    expect(findings.map(({ code: name, severity }) => [name, severity])).toEqual([
      ["no_master_key", "note"],
      ["not_founded", "note"],
    ]);
  });

  it("tells a wrong key from servers with different keys, without showing any", async () => {
    const [own, other] = [await startNodes(2), await startNodes(1, { masterKey: "another-key" })];
    const urls = [...own, ...other].map(({ url }) => url);
    const [mixed, wrong] = await Promise.all([
      diagnose(flagsFor(urls)),
      diagnose(["--nodes", urls.join(","), "--key", "not-the-key"]),
    ]);
    expect(mixed.findings).toMatchObject([{ code: "keys_differ", severity: "error" }, { code: "not_founded" }]);
    expect(wrong.findings.map(({ code }) => code)).toEqual(["wrong_key", "wrong_key", "wrong_key"]);
    expect(JSON.stringify([mixed, wrong])).not.toMatch(/another-key|not-the-key|masterKey/);
  });

  it("finds an address where no Meilisearch answers", async () => {
    const { flags, nodes } = await clusterWithMovies();
    nodes[1]?.faults.set({ html: true });
    expect((await diagnose(flags)).findings).toMatchObject([{ code: "not_meilisearch", nodes: ["node-1"] }]);
  });

  it("finds servers that are too old, and versions that differ", async () => {
    const [first, second] = await startNodes(2);
    const old = await serverOfVersion(second?.url ?? "", "1.49.3");
    const { code, findings } = await diagnose(flagsFor([first?.url ?? "", old]));
    expect(code).toBe(3);
    expect(findings.map(({ code: name }) => name)).toEqual(["unsupported_version", "mixed_versions", "not_founded"]);
    expect(findings[0]?.message).toContain("1.49.3");
  });

  it("finds a node that came back empty, and one of another cluster", async () => {
    const { flags, nodes } = await clusterWithMovies();
    await nodes[1]?.crash({ keepData: false });
    await nodes[1]?.restart();
    expect((await diagnose(flags)).findings).toMatchObject([{ code: "marker_missing", nodes: ["node-1"] }]);
    const other = await clusterWithMovies({ nodes: 1 });
    const urls = [nodes[0]?.url ?? "", `node-1=${other.nodes[0]?.url}`, nodes[2]?.url ?? ""];
    expect((await diagnose(flagsFor(urls))).findings).toMatchObject([{ code: "marker_foreign", nodes: ["node-1"] }]);
  });

  it("finds nodes whose addresses changed places", async () => {
    const { nodes } = await clusterWithMovies();
    const [first, second, third] = nodes.map(({ url }) => url);
    const { findings } = await diagnose(flagsFor([`node-0=${second}`, `node-1=${first}`, `node-2=${third}`]));
    expect(findings).toMatchObject([
      { code: "node_swapped", nodes: ["node-0"] },
      { code: "node_swapped", nodes: ["node-1"] },
      { code: "shards_missing", nodes: ["node-0", "node-1"] },
    ]);
    expect(findings[0]?.remedy).toContain(`${second} to node-1`);
  });

  it("finds a topology file that differs from the markers", async () => {
    const { nodes } = await clusterWithMovies();
    const folder = await emptyFolder();
    const urls = nodes.map(({ url }, position) => `node-${position}=${url}`);
    const file = join(folder, "miroir.json");
    await cli(["init", "--group", `group-0=${urls.join(",")}`, "--shards", "16", "--key", MASTER_KEY, "--out", file]);
    expect((await diagnose(["--topology", file, "--key", MASTER_KEY])).findings).toEqual([]);
    const { default: topology } = await import(file, { with: { type: "json" } });
    const [row, ...rows] = topology.groups[0].table;
    const table = [["node-0", "node-1", "node-2"].filter((id) => id !== row[0]), ...rows];
    await writeFile(file, JSON.stringify({ ...topology, groups: [{ name: "group-0", table }] }));
    expect((await diagnose(["--topology", file, "--key", MASTER_KEY])).findings).toMatchObject([
      { code: "topology_differs", message: expect.stringContaining("table of shards to nodes differs") },
    ]);
  });

  it("finds what was done to single servers past miroir", async () => {
    const { directs, flags } = await clusterWithMovies();
    const [first, second, third] = directs;
    await Promise.all([
      first?.createIndex("own").waitTask(),
      first?.index("movies").updateStopWords(["the"]).waitTask(),
      second
        ?.index("movies")
        .addDocuments([{ id: 9000 }, { id: 9001 }])
        .waitTask(),
      third
        ?.index("movies")
        .deleteDocuments(Array.from({ length: 150 }, (_, id) => id))
        .waitTask(),
    ]);
    const { code, findings } = await diagnose(flags);
    expect(code).toBe(3);
    expect(findings).toMatchObject([
      { code: "settings_differ", nodes: ["node-0"], index: "movies", message: expect.stringContaining("stopWords") },
      { code: "copies_differ", nodes: ["node-0", "node-1", "node-2"], index: "movies" },
      { code: "index_unknown", nodes: ["node-0"], index: "own" },
      { code: "untagged_documents", nodes: ["node-1"], message: expect.stringContaining("2 documents") },
    ]);
  });

  it("finds an index that a node lost, and registry records that it lacks", async () => {
    const { directs, flags } = await clusterWithMovies();
    await directs[0]?.deleteIndex("movies").waitTask();
    await directs[1]?.index("miroir__state").deleteDocument("index_movies").waitTask();
    const { findings } = await diagnose(flags);
    expect(findings).toMatchObject([
      { code: "index_missing", nodes: ["node-0"], index: "movies" },
      { code: "registry_differs", nodes: ["node-1"], index: "movies" },
    ]);
  });

  it("finds debts", async () => {
    const { client, flags, nodes } = await clusterWithMovies();
    await nodes[2]?.crash({ keepData: true });
    await client
      .index("movies")
      .addDocuments(Array.from({ length: 50 }, (_, id) => ({ id: 1000 + id })))
      .waitTask();
    await client.close(); // before the node is back: a client would begin to repair it
    await nodes[2]?.restart();
    const { code, findings } = await diagnose(flags);
    expect(code).toBe(3);
    expect(findings).toMatchObject([{ code: "debt", severity: "warning", nodes: ["node-2"], index: "movies" }]);
  });
});
