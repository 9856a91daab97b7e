import { describe, expect, it } from "vitest";
import { copyShards } from "../../src/jobs/move/copy-shards.ts";
import { drainNodes } from "../../src/jobs/move/drain-nodes.ts";
import { measureShards } from "../../src/jobs/move/measure-shards.ts";
import { openDebtsOf } from "../../src/jobs/move/move-debts.ts";
import { purgeShards } from "../../src/jobs/move/purge-shards.ts";
import { idHash, loadHasher } from "../../src/routing/shard.ts";
import { type MoveCluster, startMoveCluster } from "../support/move-cluster.ts";

const UID = "movies";
const { signal } = new AbortController();
const MARK = "miroir:job:test:1";
const ALL = Array.from({ length: 16 }, (_, shard) => shard);
const hasher = await loadHasher();
const shardOf = (id: number) => idHash(hasher, String(id)) & 15;

async function fill({ client }: MoveCluster, uid: string, count: number): Promise<void> {
  const documents = Array.from({ length: count }, (_, id) => ({ id, title: `title ${id}` }));
  await client.index(uid).addDocuments(documents, { primaryKey: "id" }).waitTask();
}

describe("purgeShards()", () => {
  it("deletes the shards, and nothing else, from every index of a node", async () => {
    const moving = await startMoveCluster({ settings: { replicateEverywhere: ["small"] } });
    for (const uid of [UID, "other", "small"]) await fill(moving, uid, 100);
    await copyShards(moving.cluster, moving.order(ALL), { mark: MARK, signal });
    const target = moving.directs.get("node-3");
    await target?.createIndex("foreign", { primaryKey: "id" }).waitTask();
    await target
      ?.index("foreign")
      .addDocuments([{ id: 1 }])
      .waitTask();
    const purged = ALL.slice(0, 8);
    const deleted = await purgeShards(moving.cluster, { node: "node-3", shards: purged }, { mark: MARK, signal });
    const kept = Array.from({ length: 100 }, (_, id) => id).filter((id) => !purged.includes(shardOf(id)));
    expect(deleted).toBe(2 * (100 - kept.length));
    for (const uid of [UID, "other"]) {
      const { results } = (await target?.index(uid).getDocuments({ limit: 1000 })) ?? { results: [] };
      expect(results.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(kept);
    }
    expect((await target?.index("small").getStats())?.numberOfDocuments).toBe(100);
    expect((await target?.index("foreign").getStats())?.numberOfDocuments).toBe(1);
  });

  it("takes indexes that are replicated everywhere from a node that leaves", async () => {
    const moving = await startMoveCluster({ settings: { replicateEverywhere: ["small"] } });
    await fill(moving, "small", 20);
    await copyShards(moving.cluster, moving.order(ALL), { mark: MARK, signal });
    const order = { node: "node-3", shards: ALL, everywhere: true };
    expect(await purgeShards(moving.cluster, order, { mark: MARK, signal })).toBe(20);
  });

  it("purges an index of a former generation that a node still has", async () => {
    const moving = await startMoveCluster();
    await fill(moving, UID, 10);
    await moving.client.deleteIndex(UID).waitTask();
    const target = moving.directs.get("node-3");
    await target?.createIndex(UID, { primaryKey: "id" }).waitTask();
    await target?.index(UID).updateFilterableAttributes(["_miroir_shard"]).waitTask();
    const stray = { id: 1, _miroir_shard: ["\u2985\u2983\u2983\u2983", "\u2983\u2983\u2983\u2983"] };
    await target?.index(UID).addDocuments([stray]).waitTask();
    expect(await purgeShards(moving.cluster, { node: "node-3", shards: [0] }, { mark: MARK, signal })).toBe(1);
    expect((await target?.index(UID).getStats())?.numberOfDocuments).toBe(0);
  });

  it("never purges a shard that the topology in force gives to the node", async () => {
    const moving = await startMoveCluster();
    await fill(moving, UID, 50);
    const { cluster } = moving;
    const [owner = ""] = moving.order([3]).shards[0]?.from ?? [];
    const purging = purgeShards(cluster, { node: owner, shards: [3] }, { mark: MARK, signal });
    await expect(purging).rejects.toThrow(`node \`${owner}\` owns shard 3, which must not be purged there`);
    const groups = [{ name: "default", table: ALL.map(() => ["node-3"]) }];
    const topology = { ...cluster.topology, groups };
    await purgeShards(cluster, { node: owner, shards: [3], topology }, { mark: MARK, signal });
    const left = await moving.directs.get(owner)?.index(UID).getDocuments({ limit: 1000 });
    expect(left?.results.filter(({ id }) => shardOf(id) === 3)).toEqual([]);
  });
});

describe("drainNodes()", () => {
  it("waits for the tasks of the indexes named, and answers those that failed", async () => {
    const moving = await startMoveCluster({ taskDelayMs: 20 });
    await fill(moving, UID, 5);
    const direct = moving.directs.get("node-1");
    // Tasks that keep the node busy, so that those of interest are still open when they are asked for.
    await Promise.all(Array.from({ length: 100 }, () => direct?.index("unheard-of").deleteDocument(1)));
    const enqueued = [
      await direct?.index(UID).addDocuments([{ noId: 1 }]),
      await direct?.index(UID).addDocuments([{ id: 77 }]),
      await direct?.index("unheard-of").deleteDocument(1),
    ];
    const failed = await drainNodes(moving.cluster, ["node-0", "node-1"], { indexes: [UID], signal });
    expect(failed).toMatchObject([{ node: "node-1", taskUid: enqueued[0]?.taskUid, index: UID }]);
    expect(failed[0]?.reason).toMatch(/`id`/);
    expect(await direct?.index(UID).getDocument(77)).toEqual({ id: 77 });
    expect(await drainNodes(moving.cluster, ["node-1"], { indexes: [UID], signal })).toEqual([]);
  });
});

describe("measureShards()", () => {
  it("counts documents by shard and index, once each, and sizes them by their mean", async () => {
    const moving = await startMoveCluster({ settings: { replicateEverywhere: ["small"] } });
    await fill(moving, UID, 100);
    await fill(moving, "small", 7);
    await moving.client.createIndex("empty").waitTask();
    const measures = await measureShards(moving.cluster, [1, 2], signal);
    const count = (shard: number) => Array.from({ length: 100 }, (_, id) => id).filter((id) => shardOf(id) === shard);
    expect(measures.map(({ index, shard, documents }) => [index, shard, documents])).toEqual([
      [UID, 1, count(1).length],
      [UID, 2, count(2).length],
      ["small", "everywhere", 7],
    ]);
    for (const { bytes, documents } of measures) expect(bytes / documents).toBeGreaterThan(100);
  });
});

describe("openDebtsOf()", () => {
  it("answers what owners and new nodes owe of the moving shards, and nothing else", async () => {
    const moving = await startMoveCluster();
    await fill(moving, UID, 1);
    const { cluster } = moving;
    const order = moving.order([5]);
    const [owner = ""] = order.shards[0]?.from ?? [];
    const stamp = cluster.stamps.next(false);
    const debt = (node: string, shard: number) => ({ index: UID, shard, node, ids: ["1"], stamp });
    await cluster.debts.record([debt(owner, 6)]);
    expect(await openDebtsOf(cluster, order)).toEqual([]);
    await cluster.debts.record([debt(owner, 5), debt("node-3", 5)]);
    const found = await openDebtsOf(cluster, order);
    expect(found.map(({ node, index, shards, documents }) => [node, index, shards, documents])).toEqual(
      [owner, "node-3"].sort().map((node) => [node, UID, 1, 1]),
    );
  });
});
