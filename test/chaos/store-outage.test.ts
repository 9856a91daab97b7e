import { describe, expect, it, onTestFinished } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, metaOf, openStore } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.ts";
import { SteadyWriters } from "../support/steady-writers.ts";

const UID = "movies";
const WITNESSES = Array.from({ length: 60 }, (_, position) => ({ id: 1000 + position, witness: true }));
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
const outageMs = Number(process.env["CHAOS_MS"] ?? 14_000);
process.stdout.write(`store outage: SEED=${seed} CHAOS_MS=${outageMs}\n`);

/** Three nodes with each shard on two, a Redis that holds their state, and two processes' worth of writers. */
async function setUp() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const address = `redis://127.0.0.1:${redis.port}`;
  const nodes = await startNodes(3);
  const config = { nodes: nodes.map(({ url }) => url), shards: 16, replicationFactor: 2 };
  const store = await openStore(address);
  await putIntoStore(store, buildTopology({ ...toClusterConfig(config), clusterId: "c" }, await loadHasher()), []);
  await store.close();
  const connect = () => {
    const client = new MiroirClient({ topology: address, apiKey: MASTER_KEY, writeTimeoutMs: 2000 });
    onTestFinished(() => client.close());
    return client;
  };
  const clients = [connect(), connect()];
  await clients[0]?.index(UID).addDocuments(WITNESSES, { primaryKey: "id" }).waitTask();
  const random = seededRandom(seed);
  const writers = clients.map((client, position) => {
    return new SteadyWriters({
      client,
      uid: UID,
      random,
      writers: 2,
      documentsPerWriter: 25,
      firstDocument: 100 * position,
    });
  });
  return { redis, connect, clients, writers };
}

/** Searches again and again for a time; each must show every witness. Answers how many answers were marked stale. */
async function searchFor(client: MiroirClient, timeMs: number): Promise<{ stale: number; all: number }> {
  const count = { stale: 0, all: 0 };
  for (const end = Date.now() + timeMs; Date.now() < end; count.all++) {
    const answer = await client.index(UID).search("", { limit: 1000 });
    const found = new Set(answer.hits.map(({ id }) => id));
    expect(WITNESSES.filter(({ id }) => !found.has(id))).toEqual([]);
    const meta = metaOf(answer);
    expect(meta).toMatchObject({ coverage: { missing: [] } });
    if (meta?.stale === true) count.stale++;
  }
  return count;
}

async function takeAway(redis: RedisServer, meanwhile: () => Promise<void>): Promise<void> {
  await redis.pause();
  await meanwhile();
  await redis.resume();
}

describe.skipIf(!hasRedis)("a state store that is away for longer than a lease, under load", () => {
  it("stops no search and loses no write; writes wait for it", { timeout: outageMs + 60_000 }, async () => {
    const { redis, connect, clients, writers } = await setUp();
    const [first, second] = clients;
    if (first === undefined || second === undefined) throw new Error("there are two");
    for (const each of writers) each.start();
    await eventually(() => expect(writers[0]?.acknowledged).toBeGreaterThan(20), 20_000);
    await takeAway(redis, async () => {
      const { stale, all } = await searchFor(first, outageMs);
      expect(stale).toBeGreaterThan(0);
      expect(stale).toBeLessThan(all);
      await expect(first.index(UID).getDocument(1000)).resolves.toEqual(WITNESSES[0]);
      await expect(first.index(UID).getDocument(7000)).rejects.toMatchObject({ code: "miroir_view_stale" });
      await expect(second.index(UID).addDocuments([{ id: 5000 }])).rejects.toMatchObject({
        code: "miroir_store_unavailable",
      });
    });
    const before = writers.map(({ acknowledged }) => acknowledged);
    await eventually(() => {
      for (const [position, each] of writers.entries()) {
        expect(each.acknowledged).toBeGreaterThan((before[position] ?? 0) + 10);
      }
    }, 20_000);
    expect(await searchFor(first, 500)).toMatchObject({ stale: 0 });
    for (const each of writers) await each.stop();
    const { results } = await connect().index(UID).getDocuments({ limit: 5000 });
    const found = new Map(results.map((document) => [document["id"], document]));
    for (const each of writers) {
      for (const id of each.register.ids) each.expectAllowed(id, found.get(id), "at the end");
      expect(each.surprises).toEqual([]);
    }
  });
});
