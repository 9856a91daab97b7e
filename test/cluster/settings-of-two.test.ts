import { describe, expect, it, onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { type IndexRow, parseRow } from "../../src/cluster/registry.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, openStore, type StateStore } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { hasRedis } from "../support/redis-server.ts";
import { fileAddress, redisAddress } from "../support/store-address.ts";

const UID = "movies";

/** What the registry says of an index. */
async function rowOf(address: string, uid: string): Promise<IndexRow> {
  await using store = await openTemporarily(address);
  const { value } = (await store.get(`record/index_${uid}`)) ?? { value: {} };
  return parseRow((value as { value?: unknown }).value);
}

async function openTemporarily(address: string): Promise<StateStore & AsyncDisposable> {
  const store = await openStore(address);
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

/** Clients over three nodes, each with a connection of its own to the store, as processes have. */
async function processes(address: string, count: number): Promise<MiroirClient[]> {
  const nodes = await startNodes(3);
  const config = { nodes: nodes.map(({ url }) => url), shards: 16, replicationFactor: 2 };
  const topology = buildTopology({ ...toClusterConfig(config), clusterId: "cluster" }, await loadHasher());
  const first = await openStore(address);
  await putIntoStore(first, topology, []);
  await first.close();
  return Promise.all(Array.from({ length: count }, () => connect(address)));
}

async function connect(address: string): Promise<MiroirClient> {
  const store: StateStore = await openStore(address);
  const client = new MiroirClient({ topology: store, apiKey: MASTER_KEY, defaultWaitOptions: { interval: 5 } });
  onTestFinished(async () => {
    await client.close();
    await store.close();
  });
  return client;
}

describe("settings of one index that several processes change at once", () => {
  const places: [string, () => Promise<string>][] = [["a file", fileAddress]];
  if (hasRedis) places.push(["Redis", redisAddress]);

  it.each(places)(
    "keep every change when they change different settings, with the state in %s",
    async (_, place) => {
      const address = await place();
      const [a, b, c] = await processes(address, 3);
      if (a === undefined || b === undefined || c === undefined) throw new Error("three clients");
      await a.createIndex(UID, { primaryKey: "id" }).waitTask();
      for (let round = 0; round < 8; round++) {
        const word = `word${round}`;
        await Promise.all([
          a.index(UID).updateStopWords([word]).waitTask(),
          b.index(UID).updateFilterableAttributes([word]).waitTask(),
          c
            .index(UID)
            .updateSynonyms({ [word]: ["other"] })
            .waitTask(),
        ]);
        const wanted = { stopWords: [word], filterableAttributes: [word], synonyms: { [word]: ["other"] } };
        const { settings, settingsVersion } = await rowOf(address, UID);
        expect(settings).toMatchObject(wanted);
        expect(settingsVersion).toBe(1 + 3 * (round + 1));
        for (const client of [a, b, c]) expect(await client.index(UID).getSettings()).toMatchObject(wanted);
      }
    },
    60_000,
  );

  it("keep a change that is made while another process gives the index another name", async () => {
    const address = await fileAddress();
    const [a, b] = await processes(address, 2);
    if (a === undefined || b === undefined) throw new Error("two clients");
    await a.createIndex(UID, { primaryKey: "id" }).waitTask();
    await a.createIndex("films", { primaryKey: "id" }).waitTask();
    await b.getIndexes();
    for (let round = 0; round < 8; round++) {
      const word = `word${round}`;
      await Promise.all([
        a.swapIndexes([{ indexes: [UID, "films"], rename: false }]).waitTask(),
        b.index(UID).updateStopWords([word]).waitTask(),
        b.index("films").updateSearchableAttributes([word]).waitTask(),
      ]);
      const rows = [await rowOf(address, UID), await rowOf(address, "films")];
      // Whichever index had the name by then: the registry says what its nodes have.
      for (const row of rows) {
        expect(row.settings).toMatchObject(await a.index(row.uid).getSettings());
      }
      expect(rows.map(({ settings }) => settings["stopWords"])).toContainEqual([word]);
      expect(rows.map(({ settings }) => settings["searchableAttributes"])).toContainEqual([word]);
    }
  }, 60_000);
});
