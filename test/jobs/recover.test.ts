import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Meilisearch } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology, type Topology } from "../../src/cluster/topology.ts";
import { writeMarker } from "../../src/execute/bootstrap.ts";
import { Operator } from "../../src/execute/operator.ts";
import { putIntoStore, TOPOLOGY, topologyInStore } from "../../src/execute/topology-in-store.ts";
import { warnOfRollback } from "../../src/execute/view/rolled-back.ts";
import { MiroirClient, openStore, type StateStore } from "../../src/index.ts";
import { planRecovery, recoverCluster } from "../../src/jobs/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import { undiciTransport } from "../../src/transport/undici.ts";
import { systemClock } from "../../src/util/clock.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { hasRedis, startRedis } from "../support/redis-server.ts";

const documents = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}`, secret: "x" }));

/** Requests land within half a second here, so differences are confirmed soon. */
const QUICK = { apiKey: MASTER_KEY, writeTimeoutMs: 500, attemptTimeoutMs: 500 };

function connect(topology: string | StateStore): MiroirClient {
  const client = new MiroirClient({ topology, apiKey: MASTER_KEY, repair: false, defaultWaitOptions: { interval: 5 } });
  onTestFinished(() => client.close());
  return client;
}

/** A store whose past can be brought back. */
interface Place {
  readonly topology: string | StateStore;
  backup(): Promise<void>;
  restore(): Promise<void>;
}

async function inMemory(): Promise<Place> {
  const store = memoryStore();
  let saved: unknown;
  const backup = async () => {
    saved = store.backup();
  };
  return { topology: store.open(), backup, restore: async () => store.restore(saved) };
}

async function inFile(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-recover-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "state.json");
  let saved = "";
  const backup = async () => {
    saved = await readFile(path, "utf8");
  };
  return { topology: `file:${path}`, backup, restore: () => writeFile(path, saved) };
}

async function inRedis(): Promise<Place> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  return { topology: `redis://127.0.0.1:${server.port}`, backup: server.backup, restore: server.restore };
}

/** Three nodes in a store, with an index of movies. */
async function clusterIn(topology: string | StateStore) {
  const nodes = await startNodes(3);
  const config = { nodes: nodes.map(({ url }) => url), shards: 16, replicationFactor: 2 };
  const store = await openStore(topology);
  if (typeof topology === "string") onTestFinished(() => store.close());
  const first = buildTopology({ ...toClusterConfig(config), clusterId: "recovered" }, await loadHasher());
  await putIntoStore(store, first, []);
  const client = connect(topology);
  await client.createIndex("movies", { primaryKey: "id" }).waitTask();
  await client.index("movies").addDocuments(documents).waitTask();
  return { nodes, store, client, first };
}

/** Tells nodes what a driver tells them before it changes owners: node-2 takes the shards of node-0 over. */
async function propose({ first, nodes }: Awaited<ReturnType<typeof clusterIn>>): Promise<Topology> {
  const swap = (row: readonly string[]) => {
    return row.includes(OLD) && !row.includes(HEIR) ? row.map((id) => (id === OLD ? HEIR : id)) : row;
  };
  const [OLD, , HEIR] = first.nodes.map(({ id }) => id) as [string, string, string];
  const groups = first.groups.map(({ name, table }) => ({ name, table: table.map(swap) }));
  const proposed = { ...first, epoch: 4, groups };
  const transport = undiciTransport();
  const operator = new Operator({ transport, clock: systemClock, authorization: `Bearer ${MASTER_KEY}` });
  expect(nodes).toHaveLength(3);
  for (const node of first.nodes) await writeMarker(operator, node, { topology: first, proposed, keeper: "store" });
  await transport.close();
  return proposed;
}

const refused = { code: "miroir_store_rolled_back" };

describe("a recovery", () => {
  const places: [string, () => Promise<Place>][] = [
    ["in memory", inMemory],
    ["in a file", inFile],
  ];
  if (hasRedis) places.push(["in Redis", inRedis]);

  it.each(places)(
    "makes a cluster usable again whose store went back, without a restart of clients, %s",
    async (_, open) => {
      const place = await open();
      const { client } = await clusterIn(place.topology);
      const reader = connect(place.topology);
      await place.backup();
      await client.index("movies").updateFilterableAttributes(["title"]).waitTask();
      await client.createIndex("actors", { primaryKey: "id" }).waitTask();
      await client.index("actors").addDocuments(documents.slice(0, 7)).waitTask();
      expect((await reader.index("actors").search("")).estimatedTotalHits).toBe(7);
      await place.restore();
      await eventually(
        () => expect(client.index("movies").addDocuments([{ id: 1 }])).rejects.toMatchObject(refused),
        15_000,
      );

      const report = await recoverCluster({ topology: place.topology, ...QUICK });
      expect(report).toMatchObject({ epoch: 1000, isSound: true, repaired: 0 });
      expect(report.plan.indexes).toMatchObject([
        { uid: "movies", fate: "updated" },
        { uid: "actors", fate: "rebuilt" },
      ]);

      await eventually(
        () =>
          client
            .index("movies")
            .addDocuments([{ id: 100, title: "after" }])
            .waitTask(),
        15_000,
      );
      expect((await client.index("movies").search("", { filter: "title = after" })).hits).toMatchObject([{ id: 100 }]);
      await eventually(async () => expect((await reader.index("actors").search("")).hits).toHaveLength(7), 15_000);
      const late = connect(place.topology);
      expect(await late.index("movies").getFilterableAttributes()).toEqual(["title"]);
      expect((await late.getIndexes()).results.map(({ uid }) => uid)).toEqual(["actors", "movies"]);
    },
    60_000,
  );

  it("is not kept from it by somebody who warns of the store just then", async () => {
    const place = await inMemory();
    const { client, store } = await clusterIn(place.topology);
    await place.backup();
    await client.createIndex("actors", { primaryKey: "id" }).waitTask();
    await place.restore();
    let warnings = 0;
    const commit: StateStore["commit"] = async (changes, options) => {
      const seen = await store.get(TOPOLOGY);
      const isBeginning = warnings === 0 && changes.some(({ key }) => key === TOPOLOGY);
      if (seen !== undefined && isBeginning) {
        warnings++;
        await warnOfRollback(store, { why: "it has forgotten the actors", seen });
      }
      return store.commit(changes, options);
    };
    const own = (key: string | symbol) => (key === "commit" ? commit : Reflect.get(store, key));
    const warned = new Proxy(store, {
      get: (_, key) => (typeof own(key) === "function" ? own(key).bind(store) : own(key)),
    });
    expect(await recoverCluster({ topology: warned, ...QUICK })).toMatchObject({ epoch: 1000, isSound: true });
    expect(warnings).toBe(1);
  });

  it("works from the nodes alone when the store has lost everything", async () => {
    const before = await clusterIn(memoryStore().open());
    const { client, nodes, first } = before;
    await client
      .index("movies")
      .updateSettings({ sortableAttributes: ["id"], faceting: { maxValuesPerFacet: 300 } })
      .waitTask();
    await client.index("movies").updateDisplayedAttributes(["id", "title"]).waitTask();
    await client.deleteIndex("movies").waitTask();
    await client.createIndex("movies", { primaryKey: "id" }).waitTask();
    await client.index("movies").addDocuments(documents).waitTask();
    await client.index("movies").updateDisplayedAttributes(["title"]).waitTask();
    await client.close();
    const store = memoryStore().open();
    await expect(recoverCluster({ topology: store, ...QUICK })).rejects.toMatchObject({
      code: "miroir_invalid_config",
    });
    const config = { topology: store, nodes: [nodes[1]?.url ?? ""], ...QUICK };
    const plan = await planRecovery(config);
    expect(plan).toMatchObject({ storeEpoch: null, latestEpoch: 1, epoch: 1000, isBehind: true, silent: [] });
    expect(await store.list("")).toEqual([]);
    const report = await recoverCluster(config);
    expect(report).toMatchObject({ isSound: true, plan: { indexes: [{ uid: "movies", fate: "rebuilt" }] } });
    expect(await topologyInStore(store)).toEqual({ ...first, epoch: 1000 });
    const late = connect(store);
    expect((await late.index("movies").search("", { limit: 100 })).hits).toHaveLength(60);
    // Nodes display the primary key too, and do not say who wanted that.
    expect(await late.index("movies").getDisplayedAttributes()).toEqual(["title", "id"]);
    expect(report.plan.indexes[0]?.notes[0]).toContain("displayedAttributes");
  }, 60_000);

  it("goes on with a proposed change of owners when the new owners have all that the old ones have", async () => {
    const cluster = await clusterIn(memoryStore().open());
    const { store, nodes, client } = cluster;
    const proposed = await propose(cluster);
    const [old, heir] = [nodes[0], nodes[2]].map((node) => direct(node?.url ?? ""));
    const { results } = (await old?.index("movies").getDocuments({ limit: 1000 })) ?? { results: [] };
    await heir?.index("movies").addDocuments(results).waitTask();
    await client.close();
    const report = await recoverCluster({ topology: store, ...QUICK, writeTimeoutMs: 300 });
    expect(report).toMatchObject({ epoch: 1001, accepted: 4 });
    const { change, epoch, groups } = await topologyInStore(store);
    expect({ change, epoch, groups }).toEqual({ change: undefined, epoch: 1001, groups: proposed.groups });
    expect((await connect(store).index("movies").search("", { limit: 100 })).hits).toHaveLength(60);
  }, 60_000);

  it("keeps the former owners when a proposed one lacks a single document", async () => {
    const cluster = await clusterIn(memoryStore().open());
    const { store, nodes, first, client } = cluster;
    await propose(cluster);
    const [old, heir] = [nodes[0], nodes[2]].map((node) => direct(node?.url ?? ""));
    const { results } = (await old?.index("movies").getDocuments({ limit: 1000 })) ?? { results: [] };
    const held = (await heir?.index("movies").getDocuments({ limit: 1000 }))?.results ?? [];
    const isNew = ({ id }: { id?: unknown }) => !held.some((document) => document["id"] === id);
    const last = results.findLast(isNew);
    await heir
      ?.index("movies")
      .addDocuments(results.filter((document) => document !== last))
      .waitTask();
    await client.close();
    const report = await recoverCluster({ topology: store, ...QUICK, writeTimeoutMs: 300 });
    expect(report.accepted).toBeUndefined();
    expect(await topologyInStore(store)).toEqual({ ...first, epoch: 1001 });
    expect((await connect(store).index("movies").search("", { limit: 100 })).hits).toHaveLength(60);
  }, 60_000);

  it("makes copies equal, infers no delete, and forgets debts and jobs of the store", async () => {
    const { store, nodes, client, first } = await clusterIn(memoryStore().open());
    const [holder = ""] = first.groups[0]?.table[0] ?? [];
    const one = direct(nodes[first.nodes.findIndex(({ id }) => id === holder)]?.url ?? "").index("movies");
    const [victim] = (await one.getDocuments({ limit: 1 })).results;
    await one.deleteDocument(victim?.["id"]).waitTask();
    const debt = { index: "movies", shard: 0, node: holder, ids: "all", stamp: "" };
    await store.put("record/debt_old", { kind: "debt", value: { debts: [debt] } });
    await store.put("job/old", { state: "running" });
    await client.close();
    const report = await recoverCluster({ topology: store, ...QUICK });
    expect(report).toMatchObject({ repaired: 1, isSound: true, plan: { debts: 1, jobs: ["old"] } });
    expect(await one.getDocument(victim?.["id"])).toMatchObject({ id: victim?.["id"] });
    expect(await store.get("job/old")).toBeUndefined();
    expect(await store.get("recovery")).toBeUndefined();
  }, 60_000);

  it("refuses while a node says nothing, unless that is allowed", async () => {
    const { store, nodes, client } = await clusterIn(memoryStore().open());
    await client.close();
    await nodes[2]?.crash({ keepData: true });
    await expect(recoverCluster({ topology: store, ...QUICK })).rejects.toMatchObject({
      code: "miroir_store_unavailable",
      message: expect.stringContaining("What nodes remember cannot be read"),
    });
    expect((await topologyInStore(store)).epoch).toBe(1);
    const report = await recoverCluster({ topology: store, ...QUICK }, { allowSilent: true });
    expect(report).toMatchObject({ epoch: 1000, isSound: false });
  }, 60_000);
});

function direct(host: string): Meilisearch {
  return new Meilisearch({ host, apiKey: MASTER_KEY, defaultWaitOptions: { interval: 5 } });
}
