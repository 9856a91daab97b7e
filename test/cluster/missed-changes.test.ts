import { describe, expect, it } from "vitest";
import { type ClusterSettings, metaOf } from "../../src/index.ts";
import { type ClusterShape, type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const UID = "movies";
const IMPATIENT: ClusterSettings = { attemptTimeoutMs: 500, writeTimeoutMs: 800, repair: true };
const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}` }));
const CAUGHT_UP_MS = 15_000;

async function filled(shape: ClusterShape = {}): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ replicationFactor: 2, settings: IMPATIENT, ...shape });
  await cluster.client.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
  return cluster;
}

/** Ends a node, lets changes be made without it, and starts it again. */
async function without({ nodes }: EmbeddedCluster, position: number, change: () => Promise<void>): Promise<void> {
  await nodes[position]?.crash({ keepData: true });
  await change();
  await nodes[position]?.restart();
}

/** Every replica answers completely, node by node. */
async function expectEverywhere({ client }: EmbeddedCluster, uid: string, count: number): Promise<void> {
  for (let preference = 0; preference < 12; preference++) {
    const view = client.with({ preference: `view ${preference}`, partial: false });
    const answer = await view.index(uid).search("", { limit: 100 });
    expect(answer.hits).toHaveLength(count);
    expect(metaOf(answer)).toMatchObject({ degraded: false });
  }
}

describe("a node that was down during an administrative change", () => {
  it("is given an index that was created and filled meanwhile, with its settings and documents", async () => {
    const cluster = await filled();
    const { client, directs } = cluster;
    await without(cluster, 0, async () => {
      const made = await client.createIndex("books", { primaryKey: "id" });
      expect(metaOf(made)).toMatchObject({ degraded: true, nodes: ["node-1", "node-2"] });
      expect((await client.tasks.waitForTask(made)).status).toBe("succeeded");
      await client
        .index("books")
        .updateSettings({ filterableAttributes: ["title"], stopWords: ["the"] })
        .waitTask();
      await client.index("books").addDocuments(DOCUMENTS).waitTask();
    });
    const [node] = directs;
    await eventually(async () => expect(await node?.index("books").getStopWords()).toEqual(["the"]), CAUGHT_UP_MS);
    await eventually(async () => {
      const copies = await Promise.all(directs.map((direct) => direct.index("books").getStats()));
      expect(copies.reduce((sum, { numberOfDocuments }) => sum + numberOfDocuments, 0)).toBe(120);
    }, CAUGHT_UP_MS);
    await expectEverywhere(cluster, "books", 60);
    expect((await node?.getRawIndex("books"))?.primaryKey).toBe("id");
    const filtered = await client.index("books").search("", { filter: "title = 'Movie 7'" });
    expect(filtered.hits).toEqual([DOCUMENTS[7]]);
  });

  it("loses an index that was deleted meanwhile, and shows none of its documents", async () => {
    const cluster = await filled();
    const { client, directs } = cluster;
    await without(cluster, 1, async () => {
      await client.deleteIndex(UID).waitTask();
      await client.createIndex(UID, { primaryKey: "id" }).waitTask();
      await client
        .index(UID)
        .addDocuments([{ id: 1000 }])
        .waitTask();
    });
    await eventually(async () => {
      await expect(directs[1]?.getRawIndex(UID)).rejects.toMatchObject({ cause: { code: "index_not_found" } });
      expect((await directs[1]?.getRawIndex(`${UID}__g2`))?.primaryKey).toBe("id");
    }, CAUGHT_UP_MS);
    for (let round = 0; round < 10; round++) {
      expect((await client.index(UID).search("")).hits).toEqual([{ id: 1000 }]);
    }
  });

  it("is given settings, and is not read before it has them", async () => {
    const cluster = await filled();
    const { client, directs } = cluster;
    await without(cluster, 2, async () => {
      await client.index(UID).updateFilterableAttributes(["title"]).waitTask();
      expect(await client.index(UID).getFilterableAttributes()).toEqual(["title"]);
    });
    const used = new Set<string>();
    await eventually(async () => {
      const answer = await client
        .with({ preference: String(used.size + Math.random()), partial: false })
        .index(UID)
        .search("", { filter: "title = 'Movie 3'" });
      expect(answer.hits).toHaveLength(1); // a node without the setting would refuse the filter
      for (const id of metaOf(answer)?.nodes ?? []) used.add(id);
      expect(used).toContain("node-2");
    }, CAUGHT_UP_MS);
    expect(JSON.stringify(await directs[2]?.index(UID).getFilterableAttributes())).toContain('"title"');
  });

  it("is given keys and features, and lets nobody in with a key that was deleted", async () => {
    const cluster = await filled();
    const { client, directs } = cluster;
    const old = await client.createKey({ actions: ["search"], indexes: ["*"], expiresAt: null });
    let made = "";
    await without(cluster, 0, async () => {
      await client.deleteKey(old.key);
      made = (await client.createKey({ actions: ["search"], indexes: ["*"], expiresAt: null })).uid;
      await client.updateExperimentalFeatures({ containsFilter: true });
      expect((await client.getKeys()).results.map(({ uid }) => uid)).toContain(made);
    });
    await eventually(async () => {
      expect((await directs[0]?.getKey(made))?.actions).toEqual(["search"]);
      await expect(directs[0]?.getKey(old.uid)).rejects.toMatchObject({ cause: { code: "api_key_not_found" } });
      expect(await directs[0]?.getExperimentalFeatures()).toMatchObject({ containsFilter: true });
    }, CAUGHT_UP_MS);
    await eventually(
      async () => expect(metaOf(await client.getKeys())).toMatchObject({ degraded: false }),
      CAUGHT_UP_MS,
    );
  });

  it("is given names that were swapped, and rules", async () => {
    const cluster = await filled();
    const { client } = cluster;
    await client
      .index("films")
      .addDocuments([{ id: 1 }], { primaryKey: "id" })
      .waitTask();
    await without(cluster, 0, async () => {
      await client.swapIndexes([{ indexes: [UID, "films"], rename: false }]).waitTask();
      await client
        .index("films")
        .addDocuments([{ id: 2000 }])
        .waitTask();
    });
    expect((await client.index("films").search("", { limit: 100 })).hits).toHaveLength(61);
    const late = cluster.connect();
    expect((await late.index("films").search("", { limit: 100 })).hits).toHaveLength(61);
    await eventually(async () => expectEverywhere(cluster, "films", 61), CAUGHT_UP_MS);
    await expectEverywhere(cluster, UID, 1);
  });

  it("is healed by another process when the one that made the change is gone", async () => {
    const cluster = await filled();
    const first = cluster.connect({ repair: false });
    await cluster.client.close();
    await without(cluster, 0, async () => {
      await first.createIndex("books", { primaryKey: "id" }).waitTask();
      await first.close();
    });
    const later = cluster.connect();
    await later.getIndexes();
    await eventually(
      async () => expect((await cluster.directs[0]?.getRawIndex("books"))?.primaryKey).toBe("id"),
      CAUGHT_UP_MS,
    );
  });
});

describe("a read that wants settings of some version", () => {
  it("is answered by nodes that have applied them, and refused when there are none", async () => {
    const { client } = await filled();
    const changed = await client.index(UID).updateFilterableAttributes(["title"]);
    const version = metaOf(changed)?.settingsVersion ?? 0;
    expect(version).toBeGreaterThan(1);
    const view = client.with({ settingsVersion: version, partial: false }).index(UID);
    await eventually(async () => {
      const answer = await view.search("", { filter: "title = 'Movie 3'" });
      expect(answer.hits).toHaveLength(1);
      expect(metaOf(answer)?.settingsVersion).toBe(version);
    });
    const ahead = client.with({ settingsVersion: version + 1 }).index(UID);
    await expect(ahead.search("")).rejects.toMatchObject({ code: "miroir_settings_version_stale" });
  });
});

describe("a change that too few nodes can make", () => {
  it("is refused before anything is changed when a shard would be without a node", async () => {
    const { client, nodes, directs } = await filled({ replicationFactor: 1 });
    await nodes[0]?.crash({ keepData: true });
    await client.health().catch(() => undefined);
    const refused = { code: "miroir_no_quorum", message: expect.stringContaining("Nothing was changed.") };
    await expect(client.createIndex("books")).rejects.toMatchObject(refused);
    await expect(client.index(UID).updateStopWords(["the"])).rejects.toMatchObject(refused);
    await expect(client.swapIndexes([{ indexes: [UID, "films"], rename: true }])).rejects.toMatchObject(refused);
    expect(await directs[1]?.index(UID).getStopWords()).toEqual([]);
  });

  it("is refused by a client that wants every replica", async () => {
    const { connect, nodes } = await filled();
    const strict = connect({ writeConsistency: "all" });
    await strict.getIndexes();
    await nodes[0]?.crash({ keepData: true });
    await strict.health();
    await expect(strict.index(UID).updateStopWords(["the"])).rejects.toMatchObject({ code: "miroir_no_quorum" });
  });
});
