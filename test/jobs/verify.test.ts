import { describe, expect, it } from "vitest";
import type { ClusterSettings } from "../../src/index.ts";
import { type IndexReport, type VerifyOptions, verifyCluster } from "../../src/jobs/index.ts";
import { shardTags } from "../../src/routing/reserved.ts";
import { idHash, loadHasher } from "../../src/routing/shard.ts";
import { encodeStamp } from "../../src/routing/stamp.ts";
import { type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import type { ClusterShape } from "../support/cluster-config.ts";

const UID = "movies";
/** Requests land within 200 ms here, so differences are confirmed and debts paid soon. */
const QUICK: ClusterSettings = { attemptTimeoutMs: 100, writeTimeoutMs: 200 };
const IDS = Array.from({ length: 120 }, (_, id) => id);

interface Filled extends EmbeddedCluster {
  /** Verifies, as another process would. */
  verify(options?: VerifyOptions): ReturnType<typeof verifyCluster>;
  /** The positions of the nodes that hold a document. */
  owners(id: number): Promise<number[]>;
}

async function filled(shape: ClusterShape = {}): Promise<Filled> {
  const cluster = await startCluster(shape);
  const index = cluster.client.index(UID);
  await index
    .addDocuments(
      IDS.map((id) => ({ id, title: `title ${id}` })),
      { primaryKey: "id" },
    )
    .waitTask();
  await index.updateDocuments(IDS.slice(100).map((id) => ({ id, part: id }))).waitTask();
  const owners = async (id: number) => {
    const held = await Promise.all(cluster.directs.map((direct) => direct.index(UID).getDocuments({ ids: [id] })));
    return held.flatMap(({ results }, node) => (results.length > 0 ? [node] : []));
  };
  return { ...cluster, owners, verify: (options) => verifyCluster({ ...cluster.config, ...QUICK }, options) };
}

/** What is found, without examples and whereabouts. */
function totals({ shards }: IndexReport) {
  const sum = (kind: "missing" | "extra" | "stale" | "different") =>
    shards.reduce((all, shard) => all + shard[kind], 0);
  return { missing: sum("missing"), extra: sum("extra"), stale: sum("stale"), different: sum("different") };
}

const NOTHING = { missing: 0, extra: 0, stale: 0, different: 0 };

/** Changes a copy on one node, past miroir. */
async function damage({ directs }: Filled, node: number, change: Record<string, unknown>): Promise<void> {
  await directs[node]?.index(UID).updateDocuments([change]).waitTask();
}

describe("verifyCluster()", () => {
  it("finds nothing in a cluster whose copies are equal", async () => {
    const cluster = await filled();
    const report = await cluster.verify();
    expect(report.indexes).toMatchObject([{ uid: UID, copies: 240, shards: [], owed: 0, strays: [], absent: [] }]);
    expect(report.isSound).toBe(true);
  });

  it("finds a document that one owner lost, and says which in which shard", async () => {
    const cluster = await filled();
    const [first = 0] = await cluster.owners(7);
    await cluster.directs[first]?.index(UID).deleteDocument(7).waitTask();
    const report = await cluster.verify();
    expect(report.isSound).toBe(false);
    expect(report.indexes[0]?.shards).toMatchObject([
      { missing: 1, extra: 0, stale: 0, different: 0, examples: [{ id: "7", node: `node-${first}`, kind: "missing" }] },
    ]);
  });

  it("finds a copy with a lower stamp", async () => {
    const cluster = await filled();
    const [first = 0] = await cluster.owners(8);
    const stamp = encodeStamp({ timeMs: 1_700_000_000_000, sequence: 0, derived: false, writer: 1 });
    await damage(cluster, first, { id: 8, title: "old", _miroir_version: stamp });
    const { indexes } = await cluster.verify();
    expect(indexes.map(totals)).toEqual([{ ...NOTHING, stale: 1 }]);
    expect(indexes[0]?.shards[0]?.examples).toEqual([{ id: "8", node: `node-${first}`, kind: "stale" }]);
  });

  it("finds a copy with the same stamp and another content where a partial update left no stamp that implies it", async () => {
    const cluster = await filled();
    const [first = 0] = await cluster.owners(105);
    await damage(cluster, first, { id: 105, title: "damaged" });
    const { indexes } = await cluster.verify();
    expect(indexes.map(totals)).toEqual([{ ...NOTHING, different: 1 }]);
  });

  it("compares the contents of all other documents when it is asked to", async () => {
    const cluster = await filled();
    const [first = 0] = await cluster.owners(9);
    await damage(cluster, first, { id: 9, title: "damaged" });
    expect((await cluster.verify()).isSound).toBe(true);
    const { indexes } = await cluster.verify({ content: true });
    expect(indexes.map(totals)).toEqual([{ ...NOTHING, different: 1 }]);
  });

  it("tells a document that most owners lack from one that some lack", async () => {
    const cluster = await filled({ replicationFactor: 3 });
    for (const node of [0, 1]) await cluster.directs[node]?.index(UID).deleteDocument(10).waitTask();
    await cluster.directs[2]?.index(UID).deleteDocument(11).waitTask();
    const { indexes } = await cluster.verify();
    expect(indexes.map(totals)).toEqual([{ ...NOTHING, missing: 1, extra: 1 }]);
    const examples = indexes[0]?.shards.flatMap((shard) => shard.examples);
    expect(examples).toEqual(
      expect.arrayContaining([
        { id: "10", node: "node-2", kind: "extra" },
        { id: "11", node: "node-2", kind: "missing" },
      ]),
    );
  });

  it("finds documents where nobody asks for them, and those that were written past miroir", async () => {
    const cluster = await filled();
    const [owner = 0] = await cluster.owners(12);
    const other = [0, 1, 2].find((node) => node !== owner) ?? 0;
    const stranger = (await cluster.owners(12)).includes(other) ? 3 - owner - other : other;
    const whole = await cluster.directs[owner]?.index(UID).getDocument(12);
    await cluster.directs[stranger]
      ?.index(UID)
      .addDocuments([whole ?? {}, { id: 900, title: "past miroir" }])
      .waitTask();
    const report = await cluster.verify();
    expect(report.isSound).toBe(false);
    expect(report.indexes).toMatchObject([
      {
        shards: [],
        strays: [{ node: `node-${stranger}`, documents: 1, examples: ["12"] }],
        untagged: [{ node: `node-${stranger}`, documents: 1, examples: ["900"] }],
      },
    ]);
  });

  it("says why such documents stay where no job can delete them", async () => {
    const cluster = await filled({ replicationFactor: 1 });
    const [owner = 0] = await cluster.owners(12);
    const whole = await cluster.directs[owner]?.index(UID).getDocument(12);
    await cluster.directs[(owner + 1) % 3]
      ?.index(UID)
      .addDocuments([whole ?? {}])
      .waitTask();
    const { isSound, swept, unswept } = await cluster.verify({ repair: true });
    expect({ isSound, swept }).toEqual({ isSound: false, swept: 0 });
    expect(unswept).toContain("`miroir init --from-nodes --store ADDRESS`");
  });

  it("takes a copy that lost miroir's own fields for a missing one, as answers do", async () => {
    const cluster = await filled();
    const [first = 0] = await cluster.owners(13);
    await cluster.directs[first]
      ?.index(UID)
      .addDocuments([{ id: 13, title: "bare" }])
      .waitTask();
    const { indexes } = await cluster.verify();
    expect(indexes.map(totals)).toEqual([{ ...NOTHING, missing: 1 }]);
  });

  it("compares those that answer and names the node that does not", async () => {
    const cluster = await filled({ replicationFactor: 3 });
    await cluster.directs[0]?.index(UID).deleteDocument(14).waitTask();
    await cluster.nodes[2]?.crash({ keepData: true });
    const report = await cluster.verify();
    expect(report.isSound).toBe(false);
    expect(report.indexes.map(totals)).toEqual([{ ...NOTHING, missing: 1 }]);
    expect(report.indexes[0]?.absent).toMatchObject([{ node: "node-2" }]);
  });

  it("does not judge what repair is known to pay", async () => {
    const cluster = await filled();
    const [first = 0] = await cluster.owners(15);
    await cluster.nodes[first]?.crash({ keepData: true });
    await cluster.client
      .index(UID)
      .addDocuments([{ id: 15, title: "new" }])
      .waitTask();
    await cluster.nodes[first]?.restart();
    const report = await cluster.verify();
    expect(report.isSound).toBe(false);
    expect(report.indexes).toMatchObject([{ shards: [], owed: 1 }]);
  });

  it("verifies the indexes that are named, and refuses others", async () => {
    const cluster = await filled();
    await cluster.client
      .index("books")
      .addDocuments([{ id: 1 }])
      .waitTask();
    expect((await cluster.verify({ indexes: ["books"] })).indexes).toMatchObject([{ uid: "books", copies: 2 }]);
    await expect(cluster.verify({ indexes: ["films"] })).rejects.toThrow("There is no index `films`");
  });

  it("compares every node of an index that is replicated everywhere", async () => {
    const cluster = await filled({ settings: { replicateEverywhere: ["small"] } });
    await cluster.client
      .index("small")
      .addDocuments([{ id: 1 }, { id: 2 }])
      .waitTask();
    await cluster.directs[1]?.index("small").deleteDocument(2).waitTask();
    const { indexes } = await cluster.verify({ indexes: ["small"] });
    expect(indexes.map(totals)).toEqual([{ ...NOTHING, missing: 1 }]);
  });

  it("walks over more documents than a page holds, also over more that share one stamp", async () => {
    const cluster = await filled({ nodes: 2 });
    const many = Array.from({ length: 6000 }, (_, position) => ({ id: 10_000 + position }));
    await cluster.client.index(UID).addDocuments(many).waitTask();
    const hasher = await loadHasher();
    const stamp = encodeStamp({ timeMs: 1_800_000_000_000, sequence: 0, derived: false, writer: 1 });
    const alike = Array.from({ length: 6000 }, (_, position) => {
      const id = 20_000 + position;
      return { id, _miroir_version: stamp, _miroir_shard: shardTags(idHash(hasher, `${id}`)) };
    });
    for (const direct of cluster.directs) await direct.index(UID).addDocuments(alike).waitTask();
    expect(await cluster.verify()).toMatchObject({ isSound: true, indexes: [{ copies: 2 * 12_120 }] });
    await cluster.directs[0]?.index(UID).deleteDocuments([15_999, 25_999]).waitTask();
    const { indexes } = await cluster.verify();
    expect(indexes.map(totals)).toEqual([{ ...NOTHING, missing: 2 }]);
  });
});

describe("verifyCluster() with `repair`", () => {
  it("makes every copy equal: the highest stamp wins, present over absent", async () => {
    const cluster = await filled({ replicationFactor: 3 });
    const old = encodeStamp({ timeMs: 1_700_000_000_000, sequence: 0, derived: false, writer: 1 });
    await cluster.directs[0]?.index(UID).deleteDocuments([20, 21, 22]).waitTask();
    await cluster.directs[1]?.index(UID).deleteDocuments([22, 23]).waitTask();
    await damage(cluster, 2, { id: 24, title: "old", _miroir_version: old });
    await damage(cluster, 1, { id: 110, title: "damaged" });
    const report = await cluster.verify({ repair: true });
    expect(report.indexes.map(totals)).toEqual([{ missing: 3, extra: 1, stale: 1, different: 1 }]);
    expect(report).toMatchObject({ repaired: 7, open: [], isSound: true });
    for (const id of [20, 21, 22, 23, 24, 110]) {
      const copies = await Promise.all(cluster.directs.map((direct) => direct.index(UID).getDocument(id)));
      for (const copy of copies) expect(copy).toMatchObject({ id, title: `title ${id}` });
    }
    expect((await cluster.verify({ content: true })).isSound).toBe(true);
  });

  it("repairs from a copy whose stamp is far ahead of all clocks", async () => {
    const cluster = await filled();
    const [first = 0, second = 0] = await cluster.owners(40);
    const ahead = encodeStamp({ timeMs: 2_000_000_000_000, sequence: 0, derived: false, writer: 1 });
    await damage(cluster, first, { id: 40, title: "ahead", _miroir_version: ahead });
    expect((await cluster.verify({ repair: true })).isSound).toBe(true);
    expect(await cluster.directs[second]?.index(UID).getDocument(40)).toMatchObject({ title: "ahead" });
  });

  it("leaves what cannot be paid as debts, and names the node that is missing", async () => {
    const cluster = await filled({ replicationFactor: 3 });
    await cluster.directs[0]?.index(UID).deleteDocument(30).waitTask();
    await cluster.nodes[1]?.crash({ keepData: true });
    await cluster.client
      .index(UID)
      .addDocuments([{ id: 31, title: "new" }])
      .waitTask();
    const report = await cluster.verify({ repair: true });
    expect(report.repaired).toBe(1);
    expect(report.isSound).toBe(false);
    expect(report.open).toMatchObject([{ node: "node-1", index: UID, shards: 1, documents: 1 }]);
    expect(report.open?.[0]?.reason).toContain("node node-1");
  });
});
