import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { buildTopology, parseTopology, type Topology } from "../../src/cluster/topology.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { startTestCluster } from "../../src/testing/index.ts";
import { runProgram } from "./run-program.ts";

const FOLDER = fileURLToPath(new URL("../../examples/compose/", import.meta.url));
const KEY = "a key for tests only";

interface ComposeFile {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image: string;
        readonly ports: readonly string[];
        readonly volumes: readonly string[];
        readonly environment: Readonly<Record<string, string>>;
      }
    >
  >;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const topology = parseTopology(JSON.parse(readFileSync(join(FOLDER, "miroir.json"), "utf8")));
const compose = parse(readFileSync(join(FOLDER, "compose.yaml"), "utf8"), { merge: true }) as ComposeFile;
const services = Object.values(compose.services);

describe("examples/compose", () => {
  const folder = mkdtempSync(join(tmpdir(), "miroir-compose-"));

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("has a topology file like the one that is computed for its nodes", async () => {
    const { clusterId, nodes, replicationFactor, shards } = topology;
    const computed = buildTopology({ clusterId, nodes, replicationFactor, shards }, await loadHasher());
    expect(topology).toEqual(computed);
  });

  it("publishes one server at each address of the topology file, each with data of its own", () => {
    const published = services.map(({ ports }) => `http://${ports[0]?.replace(/:7700$/, "")}`);
    expect(published).toEqual(topology.nodes.map(({ url }) => url));
    const volumes = services.flatMap((service) => service.volumes.map((volume) => volume.split(":")[0]));
    expect(volumes).toEqual(Object.keys(compose.volumes));
    expect(new Set(services.map(({ environment }) => environment["MEILI_MASTER_KEY"])).size).toBe(1);
    for (const { image } of services) expect(image).toMatch(/^getmeili\/meilisearch:v\d+\.\d+\.\d+$/);
  });

  it("is accepted by Docker Compose, where there is one", (context) => {
    const docker = (...args: string[]) =>
      spawnSync("docker", ["compose", ...args], { env: { ...process.env, MEILI_MASTER_KEY: KEY }, encoding: "utf8" });
    if (docker("version").status !== 0) {
      console.log("skipped: `docker compose config` (no Docker Compose here); the file was read as YAML only");
      context.skip();
    }
    const { status, stderr } = docker("--file", join(FOLDER, "compose.yaml"), "config", "--quiet");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("searches the servers of a topology file, also when one is killed", { timeout: 60_000 }, async () => {
    await using servers = await startTestCluster({ nodes: 3, masterKey: KEY, source: "embedded" });
    const file = join(folder, "miroir.json");
    const nodes = topology.nodes.map((node, position) => ({ ...node, url: servers.nodes[position]!.url }));
    writeFileSync(file, JSON.stringify({ ...topology, nodes } satisfies Topology));
    for (const degraded of [false, true]) {
      const { code, stdout, stderr } = await searchProgram(file);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("added: succeeded");
      expect(stdout).toContain("Wonder Woman");
      expect(stdout).toContain("degraded: false");
      if (!degraded) await servers.nodes[1]?.kill();
    }
  });
});

async function searchProgram(file: string): ReturnType<typeof runProgram> {
  const before = process.env["MEILI_MASTER_KEY"];
  process.env["MEILI_MASTER_KEY"] = KEY;
  try {
    return await runProgram("examples/compose/search.ts", file);
  } finally {
    if (before === undefined) delete process.env["MEILI_MASTER_KEY"];
    else process.env["MEILI_MASTER_KEY"] = before;
  }
}
