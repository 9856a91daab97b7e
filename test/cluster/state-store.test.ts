import { describe, expect, it, onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology, parseTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, metaOf, openStore, type StateStore, serveStore } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { hasRedis } from "../support/redis-server.ts";
import { fileAddress, redisAddress } from "../support/store-address.ts";

const UID = "movies";
const documents = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}` }));

/** Three nodes, and a store that holds a cluster of them. */
async function storedCluster(store: StateStore) {
  const nodes = await startNodes(3);
  const config = { nodes: nodes.map(({ url }) => url), shards: 16, replicationFactor: 2 };
  const topology = buildTopology({ ...toClusterConfig(config), clusterId: "cluster" }, await loadHasher());
  await putIntoStore(store, topology, []);
  return { nodes, config };
}

function connect(topology: string | StateStore, settings: object = {}): MiroirClient {
  const client = new MiroirClient({ topology, apiKey: MASTER_KEY, ...settings });
  onTestFinished(() => client.close());
  return client;
}

async function open(address: string): Promise<StateStore> {
  const store = await openStore(address);
  onTestFinished(() => store.close());
  return store;
}

describe("a cluster whose state lies in a store", () => {
  const places: [string, () => Promise<string>][] = [["a file", fileAddress]];
  if (hasRedis) places.push(["Redis", redisAddress]);
  it.each(places)("is shared by processes that name the store, in %s", async (_, addressOf) => {
    const address = await addressOf();
    await storedCluster(await open(address));
    const [writer, reader] = [connect(address), connect(address)];
    await reader.health();
    await writer.createIndex(UID, { primaryKey: "id" }).waitTask();
    await writer.index(UID).addDocuments(documents).waitTask();
    expect((await reader.index(UID).search("", { limit: 100 })).hits).toHaveLength(60);
    await reader.index(UID).updateFilterableAttributes(["title"]).waitTask();
    await eventually(async () => expect(await writer.index(UID).getFilterableAttributes()).toEqual(["title"]));
    await writer.swapIndexes([{ indexes: [UID, "films"], rename: true }]).waitTask();
    await eventually(async () => expect((await reader.index("films").getStats()).numberOfDocuments).toBe(60));
    expect((await connect(address).getIndexes()).results.map(({ uid }) => uid)).toEqual(["films"]);
  });

  it("keeps debts there, which a later process sees and pays", async () => {
    const store = await open(await fileAddress());
    const { nodes } = await storedCluster(store);
    const impatient = { attemptTimeoutMs: 800, writeTimeoutMs: 1500, repair: false };
    const writer = connect(store, impatient);
    await writer.createIndex(UID, { primaryKey: "id" }).waitTask();
    await nodes[0]?.crash({ keepData: true });
    const accepted = await writer.index(UID).addDocuments(documents);
    expect(metaOf(accepted)?.write?.degradedShards.length).toBeGreaterThan(0);
    expect((await store.list("record/debt_")).length).toBeGreaterThan(0);
    await writer.close();
    await nodes[0]?.restart();
    const later = connect(store, { ...impatient, repair: true });
    await later.getIndexes();
    await eventually(async () => {
      const copies = await Promise.all(nodes.map((node) => countOn(node.url)));
      expect(copies.reduce((sum, count) => sum + count, 0)).toBe(120);
    }, 20_000);
    expect((await later.index(UID).search("", { limit: 100 })).hits).toHaveLength(60);
  });

  it("refuses those who look for the state on the nodes, and the other way round", async () => {
    const store = await open(await fileAddress());
    const { config } = await storedCluster(store);
    await connect(store).createIndex(UID).waitTask();
    const onNodes = new MiroirClient({ ...config, apiKey: MASTER_KEY });
    onTestFinished(() => onNodes.close());
    await expect(onNodes.getIndexes()).rejects.toMatchObject({
      code: "miroir_topology_mismatch",
      message: expect.stringContaining("Name the store as `topology`"),
    });
    const [first, ...others] = await startNodes(3);
    const urls = [first, ...others].map((node) => node?.url ?? "");
    const founder = new MiroirClient({ nodes: urls, apiKey: MASTER_KEY });
    onTestFinished(() => founder.close());
    await founder.getIndexes();
    const { value } = await askNode<{ value: string }>(urls[0] ?? "", "indexes/miroir__state/documents/marker");
    const other = await open(await fileAddress());
    await putIntoStore(other, parseTopology(JSON.parse(value).topology), []);
    await expect(connect(other).getIndexes()).rejects.toMatchObject({
      code: "miroir_topology_mismatch",
      message: expect.stringContaining("`miroir init --from-nodes --store`"),
    });
  });

  it("goes on reading while the store is down, and fails what must be written there", async () => {
    const server = await serveStore({ store: await open("memory:"), port: 0 });
    const address = await open(server.url);
    await storedCluster(address);
    const client = connect(server.url);
    await client.createIndex(UID, { primaryKey: "id" }).waitTask();
    await client.index(UID).addDocuments(documents).waitTask();
    await server.close();
    expect((await client.index(UID).search("", { limit: 100 })).hits).toHaveLength(60);
    await expect(client.createIndex("films")).rejects.toMatchObject({ code: "miroir_store_unavailable" });
    expect((await client.index(UID).search("movie", { limit: 100 })).hits).toHaveLength(60);
  });

  it("says so when the store holds no cluster", async () => {
    const store = await open(await fileAddress());
    await expect(connect(store).getIndexes()).rejects.toMatchObject({
      code: "miroir_invalid_config",
      message: expect.stringContaining("miroir init --store"),
    });
  });
});

async function askNode<T>(url: string, path: string): Promise<T> {
  const response = await fetch(`${url}/${path}`, { headers: { authorization: `Bearer ${MASTER_KEY}` } });
  return (await response.json()) as T;
}

async function countOn(url: string): Promise<number> {
  return (await askNode<{ numberOfDocuments: number }>(url, `indexes/${UID}/stats`)).numberOfDocuments;
}
