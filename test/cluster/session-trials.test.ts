import process from "node:process";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, type MiroirConfig, openStore } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { configOf, MASTER_KEY, startNodes } from "../support/cluster.ts";
import { printedSeed } from "../support/printed-seed.ts";
import { hasRedis } from "../support/redis-server.ts";
import { staleReads } from "../support/session-trials.ts";
import { fileAddress, redisAddress } from "../support/store-address.ts";

const UID = "movies";
const TRIALS = Number(process.env["TRIALS"] ?? 1000);
const CONTROLS = 40;
const random = seededRandom(printedSeed("session trials"));

/** Longest time of a batch of tasks. */
let slownessMs = 0;

/** Addresses of three nodes whose queues, and answers, take now no time and now some milliseconds. */
async function unsteadyNodes(): Promise<string[]> {
  const nodes = await startNodes(3, { taskDelayMs: () => Math.floor(random() * slownessMs) });
  for (const { faults } of nodes) {
    faults.set({ latencyMs: 12, match: () => random() < 0.05 });
    faults.set({ latencyMs: 3, match: () => random() < 0.2 });
  }
  return nodes.map(({ url }) => url);
}

async function staticCluster(): Promise<MiroirConfig> {
  return configOf(await unsteadyNodes());
}

async function storeCluster(): Promise<MiroirConfig> {
  const address = hasRedis ? await redisAddress() : await fileAddress();
  const nodes = (await unsteadyNodes()).map((url, at) => ({ id: `node-${at}`, url }));
  const layout = toClusterConfig({ nodes, shards: 16, replicationFactor: 2 });
  const store = await openStore(address);
  await putIntoStore(store, buildTopology({ ...layout, clusterId: "trials" }, await loadHasher()), []);
  await store.close();
  return { topology: address, apiKey: MASTER_KEY };
}

async function createIndex(config: MiroirConfig): Promise<void> {
  await using client = new MiroirClient(config);
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  await client.index(UID).updateFilterableAttributes(["lane"]).waitTask();
}

describe.each([
  ["static nodes", staticCluster],
  [hasRedis ? "a store in Redis" : "a store in a file", storeCluster],
] as const)("a session over two processes with %s", (_, begin) => {
  it("is never read from without its writes", { timeout: 30_000 + TRIALS * 100 }, async () => {
    const config = await begin();
    await createIndex(config);
    const trials = { uid: UID, random };
    slownessMs = 60;
    const without = await staleReads(config, { ...trials, count: CONTROLS, isWithSession: false });
    expect(without.length, "reads without the session that are stale, or this test could not fail").toBeGreaterThan(0);
    slownessMs = 8;
    expect(await staleReads(config, { ...trials, count: TRIALS / 2, isWithSession: true })).toEqual([]);
  });
});
