import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Meilisearch } from "../../../src/index.ts";
import { startTestCluster, type TestCluster, type TestClusterOptions } from "../../../src/testing/index.ts";
import { eventually } from "../../support/eventually.ts";
import { isRunning, writeBrokenServer, writeFakeServer } from "./test-cluster-support.ts";

const clusters: TestCluster[] = [];
const home = tmpdir();

/** Servers put their data into a folder of the test's own, so that it sees what they leave behind. */
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(home, "miroir-test-"));
  vi.stubEnv("TMPDIR", folder);
  for (const name of ["MEILISEARCH_URLS", "MEILISEARCH_BIN", "MEILISEARCH_KEY"]) vi.stubEnv(name, "");
});

afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: TestClusterOptions): Promise<TestCluster> {
  const cluster = await startTestCluster(options);
  clusters.push(cluster);
  return cluster;
}

function singleClient(cluster: TestCluster, position: number): Meilisearch {
  return new Meilisearch({ host: cluster.nodes[position]!.url, apiKey: cluster.masterKey! });
}

async function store(client: Meilisearch): Promise<void> {
  await client
    .index("movies")
    .addDocuments([{ id: 1, title: "Carol" }])
    .waitTask();
}

async function storedTitle(cluster: TestCluster, position: number): Promise<unknown> {
  return (await singleClient(cluster, position).index("movies").getDocument(1))["title"];
}

function dataFolders(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("miroir-nodes-"));
}

describe.each([
  { processes: false, where: "inside this process" },
  { processes: true, where: "as child processes" },
])("a test cluster of embedded nodes $where", ({ processes }) => {
  it("has nodes that die, and come back at the same address with their data", async () => {
    const cluster = await start({ nodes: 2, source: "embedded", processes });
    await store(singleClient(cluster, 1));
    const { pid, url } = cluster.nodes[1]!;
    expect(pid !== undefined && isRunning(pid)).toBe(processes);

    await cluster.nodes[1]!.kill();
    await expect(storedTitle(cluster, 1)).rejects.toThrow(/failed/);
    expect(pid !== undefined && isRunning(pid)).toBe(false);
    expect(cluster.nodes[1]!.pid).toBeUndefined();
    await expect(storedTitle(cluster, 0)).rejects.toThrow(/not found/);

    await cluster.nodes[1]!.restart();
    expect(cluster.nodes[1]!.url).toBe(url);
    expect(await storedTitle(cluster, 1)).toBe("Carol");
  });

  it("is used through its config, says what it is, and leaves nothing behind when closed twice", async () => {
    const cluster = await start({ nodes: 3, replicationFactor: 3, source: "embedded", processes });
    expect(cluster.source).toMatch(processes ? /^embedded node.* 3 child processes$/ : /^embedded node.* 3 inside/);
    await using client = new Meilisearch(cluster.config);
    await store(client);
    const titles = await Promise.all([0, 1, 2].map((position) => storedTitle(cluster, position)));
    expect(titles).toEqual(["Carol", "Carol", "Carol"]);

    const pids = cluster.nodes.flatMap(({ pid }) => pid ?? []);
    expect(pids).toHaveLength(processes ? 3 : 0);
    expect(dataFolders()).toHaveLength(processes ? 1 : 0);
    await cluster.close();
    await cluster.close();
    expect(pids.filter(isRunning)).toEqual([]);
    expect(dataFolders()).toEqual([]);
  });
});

describe("a test cluster of processes", () => {
  it("ends with the process that started it, even when that is killed", async () => {
    const program = fileURLToPath(new URL("./test-cluster-parent.ts", import.meta.url));
    const parent = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pids = JSON.parse(String(line)) as number[];
    expect(pids.filter(isRunning)).toHaveLength(2);

    parent.kill("SIGKILL");
    await eventually(() => {
      expect(pids.filter(isRunning)).toEqual([]);
      expect(dataFolders()).toEqual([]);
    });
  });

  it("runs the binary of MEILISEARCH_BIN on loopback, with its data apart and the key out of the arguments", async () => {
    vi.stubEnv("MEILISEARCH_BIN", writeFakeServer(folder));
    const cluster = await start({ nodes: 2, masterKey: "secret" });
    expect(cluster.source).toMatch(/^Meilisearch 9\.9\.9 \(.*server\), 2 processes$/);

    const directory = join(folder, dataFolders()[0]!);
    const seen = ["node-1", "node-2"].map((id) => JSON.parse(readFileSync(join(directory, id, "seen.json"), "utf8")));
    for (const [position, { args, key }] of seen.entries()) {
      expect(key).toBe("secret");
      expect(args).not.toContain("secret");
      expect(args).toContain("--no-analytics");
      expect(args).toContain(new URL(cluster.nodes[position]!.url).host);
      expect(args).toContain(join(directory, `node-${position + 1}`, "data.ms"));
    }
  });

  it("starts no node again once it is closed", async () => {
    vi.stubEnv("MEILISEARCH_BIN", writeFakeServer(folder));
    const cluster = await start({ nodes: 1 });
    await cluster.close();
    await expect(cluster.nodes[0]!.restart()).rejects.toThrow(/was closed/);
  });

  it("is refused with the server's own words when one does not come up", async () => {
    vi.stubEnv("MEILISEARCH_BIN", writeBrokenServer(folder));
    await expect(startTestCluster()).rejects.toThrow(/does not answer at .*the database is broken/);
    expect(dataFolders()).toEqual([]);
  });

  it("is refused when the binary is not there", async () => {
    vi.stubEnv("MEILISEARCH_BIN", join(folder, "nothing"));
    await expect(startTestCluster()).rejects.toThrow(/nothing.*ENOENT/);
    expect(dataFolders()).toEqual([]);
  });
});

describe("a test cluster of servers that run already", () => {
  it("uses them, cannot kill them, and does not end them", async () => {
    const servers = await start({ nodes: 2, source: "embedded", masterKey: "theirs" });
    vi.stubEnv("MEILISEARCH_URLS", servers.nodes.map(({ url }) => url).join(","));
    vi.stubEnv("MEILISEARCH_KEY", "theirs");
    const cluster = await start({ nodes: 2 });
    expect(cluster.source).toMatch(/2 servers of MEILISEARCH_URLS, which cannot be killed$/);
    await expect(cluster.nodes[0]!.kill()).rejects.toMatchObject({ code: "miroir_not_supported" });
    await cluster.close();
    await store(singleClient(servers, 0));
  });

  it("is refused when there are too few, and when the key is wrong", async () => {
    const servers = await start({ nodes: 1, source: "embedded" });
    vi.stubEnv("MEILISEARCH_URLS", servers.nodes[0]!.url);
    await expect(startTestCluster()).rejects.toThrow(/needs 3 servers and MEILISEARCH_URLS names 1/);
    await expect(startTestCluster({ nodes: 1, masterKey: "wrong" })).rejects.toThrow(/status 403/);
  });

  it("cannot have no nodes", async () => {
    await expect(startTestCluster({ nodes: 0 })).rejects.toThrow(RangeError);
  });
});
