import { describe, expect, it } from "vitest";
import { compareShards } from "../../src/jobs/move/compare-shards.ts";
import type { CopyCursor } from "../../src/jobs/move/copy-cursor.ts";
import { copyShards } from "../../src/jobs/move/copy-shards.ts";
import { drainNodes } from "../../src/jobs/move/drain-nodes.ts";
import { mendShards } from "../../src/jobs/move/mend-shards.ts";
import type { MoveOrder } from "../../src/jobs/move/shard-move.ts";
import { shardTags } from "../../src/routing/reserved.ts";
import { idHash, loadHasher } from "../../src/routing/shard.ts";
import { encodeStamp } from "../../src/routing/stamp.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { type MoveCluster, startMoveCluster } from "../support/move-cluster.ts";

const UID = "movies";
const { signal } = new AbortController();
const MARK = "miroir:job:test:1";
const ALL = Array.from({ length: 16 }, (_, shard) => shard);
const hasher = await loadHasher();

const shardOf = (id: number) => idHash(hasher, String(id)) & 15;
const idsOf = (shards: readonly number[], count: number) =>
  Array.from({ length: count }, (_, id) => id).filter((id) => shards.includes(shardOf(id)));

async function fill({ client }: MoveCluster, count: number): Promise<void> {
  const documents = Array.from({ length: count }, (_, id) => ({ id, title: `title ${id}` }));
  await client.index(UID).addDocuments(documents, { primaryKey: "id" }).waitTask();
}

const compare = ({ cluster }: MoveCluster, order: MoveOrder) => compareShards(cluster, order, { signal });
const EQUAL = { differences: [], ownersDiffer: [], isCut: false };

/** The text of a document on a node, as it lies there. */
async function textOn({ directs }: MoveCluster, node: string, id: string): Promise<string> {
  const host = directs.get(node)?.config.host;
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  return (await fetch(`${host}/indexes/${UID}/documents/${id}?retrieveVectors=true`, { headers })).text();
}

describe("copyShards()", () => {
  it("copies the moving shards of every index, and nothing else", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 200);
    await moving.client
      .index("second")
      .addDocuments([{ key: "a" }, { key: "b" }], { primaryKey: "key" })
      .waitTask();
    const order = moving.order([1, 2, 3]);
    const report = await copyShards(moving.cluster, order, { mark: MARK, signal });
    expect(await compare(moving, order)).toEqual({ ...EQUAL, documents: report.documents });
    const held = await moving.directs.get("node-3")?.index(UID).getDocuments({ limit: 1000 });
    expect(held?.results.map(({ id }) => id).sort((a, b) => a - b)).toEqual(idsOf([1, 2, 3], 200));
    expect(report.total).toBe(report.documents);
  });

  it("copies every field as it lies on the owner: vectors, hidden and reserved fields, numbers and letters", async () => {
    const moving = await startMoveCluster();
    const { client } = moving;
    await client.createIndex(UID, { primaryKey: "id" }).waitTask();
    const embedders = { mini: { source: "userProvided" as const, dimensions: 2 } };
    await client
      .index(UID)
      .updateSettings({ displayedAttributes: ["id"], embedders })
      .waitTask();
    const document =
      '[{"id":7,"secret":"é😀 line","big":9007199254740993,"price":1.0,"deep":{"a.b":[null,{"c":"d"}]},' +
      '"_vectors":{"mini":{"embeddings":[[1,2],[3,4]],"regenerate":true}}},' +
      '{"id":8,"_vectors":{"mini":null}}]';
    await client.index(UID).addDocumentsFromString(document, "application/json").waitTask();
    await copyShards(moving.cluster, moving.order(ALL), { mark: MARK, signal });
    for (const id of [7, 8]) {
      const [owner = ""] = moving.order(ALL).shards[shardOf(id)]?.from ?? [];
      expect(await textOn(moving, "node-3", String(id))).toBe(await textOn(moving, owner, String(id)));
    }
    expect(await textOn(moving, "node-3", "7")).toContain('"regenerate":true');
    expect(await textOn(moving, "node-3", "7")).toContain('"_miroir_version"');
  });

  it("copies more documents than a page holds, of which thousands share a stamp", async () => {
    const moving = await startMoveCluster({ replicationFactor: 1 });
    await fill(moving, 1);
    const stamps = [1, 2, 3].map((sequence) =>
      encodeStamp({ timeMs: 1_800_000_000_000, sequence, derived: true, writer: 1 }),
    );
    const documents = Array.from({ length: 10_600 }, (_, position) => {
      const id = position + 1;
      return {
        id,
        _miroir_shard: shardTags(idHash(hasher, String(id))),
        _miroir_version: stamps[id < 10_400 ? 0 : id % 3],
      };
    });
    const order: MoveOrder = { shards: ALL.map((shard) => ({ shard, from: ["node-0"], to: ["node-3"] })) };
    await moving.directs.get("node-0")?.index(UID).addDocuments(documents).waitTask();
    const report = await copyShards(moving.cluster, order, { mark: MARK, signal });
    expect(report.documents).toBeGreaterThanOrEqual(10_600);
    expect(await compare(moving, order)).toEqual({ ...EQUAL, documents: report.documents });
  });

  it("goes on from its cursor, with the documents of the last stamp", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 300);
    const order = moving.order(ALL);
    const first = await copyShards(moving.cluster, order, { mark: MARK, signal });
    await moving.client
      .index(UID)
      .addDocuments([{ id: 5, title: "changed" }])
      .waitTask();
    await moving.client
      .index(UID)
      .addDocuments([{ id: 900, title: "new" }])
      .waitTask();
    const cursor = JSON.parse(JSON.stringify(first.cursor)) as CopyCursor;
    const second = await copyShards(moving.cluster, order, { mark: MARK, signal, cursor });
    expect(second.documents).toBeLessThan(first.documents + 2);
    expect(await compare(moving, order)).toMatchObject(EQUAL);
    const third = await copyShards(moving.cluster, order, { mark: MARK, signal, cursor: second.cursor });
    expect(third.cursor).toEqual(second.cursor);
  });

  it("tells how far it is, and ends when it is told to", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 1000);
    const stop = new AbortController();
    const told: number[] = [];
    let cursor: CopyCursor = [];
    const copying = copyShards(moving.cluster, moving.order(ALL), {
      mark: MARK,
      signal: stop.signal,
      onProgress: (progress) => {
        told.push(progress.documents / progress.total);
        cursor = progress.cursor;
        stop.abort(new Error("enough"));
      },
    });
    await expect(copying).rejects.toThrow("enough");
    expect(told[0]).toBeGreaterThan(0);
    expect(cursor.length).toBeGreaterThan(0);
    await copyShards(moving.cluster, moving.order(ALL), { mark: MARK, signal, cursor });
    expect(await compare(moving, moving.order(ALL))).toMatchObject({ ...EQUAL, documents: 1000 });
  });

  it("names the node and the reason when a copy fails", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 10);
    const embedders = { other: { source: "userProvided" as const, dimensions: 9 } };
    await moving.directs.get("node-3")?.index(UID).updateSettings({ embedders }).waitTask();
    const copying = copyShards(moving.cluster, moving.order(ALL), { mark: MARK, signal });
    await expect(copying).rejects.toThrow(/node `node-3` .* failed a copy: .*no vectors provided/);
  });

  it("copies from no owner that owes writes, and refuses when all do", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 50);
    const { cluster } = moving;
    const order = moving.order([4]);
    const [first = "", second = ""] = order.shards[0]?.from ?? [];
    const stamp = cluster.stamps.next(false);
    await cluster.debts.record([{ index: UID, shard: 4, node: first, ids: "all", stamp }]);
    const { cursor } = await copyShards(cluster, order, { mark: MARK, signal });
    expect(cursor.map(({ source }) => source)).toEqual([second]);
    await cluster.debts.record([{ index: UID, shard: 4, node: second, ids: ["1"], stamp }]);
    await expect(copyShards(cluster, order, { mark: MARK, signal })).rejects.toThrow(
      `Shard 4 of index \`${UID}\` cannot be copied: node \`${first}\` owes writes; node \`${second}\` owes writes.`,
    );
  });

  it("copies indexes that are replicated everywhere to nodes that join", async () => {
    const moving = await startMoveCluster({ settings: { replicateEverywhere: ["small"] } });
    await moving.client
      .index("small")
      .addDocuments([{ id: 1 }, { id: 2 }], { primaryKey: "id" })
      .waitTask();
    const order = moving.order([]);
    expect(await compare(moving, order)).toMatchObject({ differences: [{ kind: "missing" }, { kind: "missing" }] });
    await copyShards(moving.cluster, order, { mark: MARK, signal });
    expect(await compare(moving, order)).toEqual({ ...EQUAL, documents: 2 });
  });
});

describe("compareShards() and mendShards()", () => {
  it("find and mend whatever a node that gets shards has not as the owners have it", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 120);
    await moving.client
      .index(UID)
      .updateDocuments([{ id: 3, part: "derived" }])
      .waitTask();
    const order = moving.order(ALL);
    await copyShards(moving.cluster, order, { mark: MARK, signal });
    const target = moving.directs.get("node-3")?.index(UID);
    await target?.updateDocuments([{ id: 3, part: "damaged" }]).waitTask();
    await target?.deleteDocument(4).waitTask();
    await moving.client.index(UID).deleteDocument(5).waitTask();
    await moving.client
      .index(UID)
      .addDocuments([{ id: 6, title: "newer" }])
      .waitTask();
    const comparison = await compare(moving, order);
    const found = comparison.differences.map(({ id, kind, node }) => `${id} ${kind} ${node}`);
    expect(found.sort()).toEqual(["3 content node-3", "4 missing node-3", "5 extra node-3", "6 stale node-3"]);
    expect(await mendShards(moving.cluster, { order, comparison }, { mark: MARK, signal })).toBe(4);
    expect(await compare(moving, order)).toEqual({ ...EQUAL, documents: 119 });
  });

  it("say when the owners disagree, which is not theirs to mend", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 50);
    const order = moving.order(ALL);
    await copyShards(moving.cluster, order, { mark: MARK, signal });
    const [owner = ""] = order.shards[shardOf(9)]?.from ?? [];
    await moving.directs.get(owner)?.index(UID).deleteDocument(9).waitTask();
    const comparison = await compare(moving, order);
    expect(comparison).toMatchObject({ differences: [], ownersDiffer: [{ index: UID, shard: shardOf(9), id: "9" }] });
    expect(await mendShards(moving.cluster, { order, comparison }, { mark: MARK, signal })).toBe(0);
  });

  it("compare all contents when asked to", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 30);
    const order = moving.order(ALL);
    await copyShards(moving.cluster, order, { mark: MARK, signal });
    await moving.directs
      .get("node-3")
      ?.index(UID)
      .updateDocuments([{ id: 8, title: "damaged" }])
      .waitTask();
    expect(await compare(moving, order)).toMatchObject(EQUAL);
    const { differences } = await compareShards(moving.cluster, order, { signal, content: true });
    expect(differences).toMatchObject([{ id: "8", kind: "content", node: "node-3" }]);
  });

  it("make a node equal while two writers add and delete, once they pause", async () => {
    const moving = await startMoveCluster();
    await fill(moving, 2000);
    const order = moving.order(ALL);
    let isWriting = true;
    const write = async (client: MoveCluster["client"], first: number) => {
      for (let round = 0; isWriting; round++) {
        const ids = Array.from({ length: 50 }, (_, position) => first + ((round * 50 + position) % 1000));
        await client.index(UID).addDocuments(ids.map((id) => ({ id, title: `round ${round}` })));
        await client
          .index(UID)
          .deleteDocuments(ids.filter((id) => (id + round) % 5 === 0))
          .waitTask();
      }
    };
    const writers = [write(moving.client, 0), write(moving.connect(), 1000)];
    const { cursor } = await copyShards(moving.cluster, order, { mark: MARK, signal });
    isWriting = false;
    await Promise.all(writers);
    await copyShards(moving.cluster, order, { mark: MARK, signal, cursor });
    const nodes = [...moving.directs.keys()];
    expect(await drainNodes(moving.cluster, nodes, { indexes: [UID], signal })).toEqual([]);
    for (let pass = 0; pass < 2; pass++) {
      const comparison = await compare(moving, order);
      expect(comparison.ownersDiffer).toEqual([]);
      await mendShards(moving.cluster, { order, comparison }, { mark: MARK, signal });
    }
    expect(await compareShards(moving.cluster, order, { signal, content: true })).toMatchObject(EQUAL);
  });
});
