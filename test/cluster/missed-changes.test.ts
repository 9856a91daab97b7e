import type { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import { type ClusterSettings, type MiroirClient, metaOf } from "../../src/index.ts";
import {
  type ClusterShape,
  clientsOver,
  configOf,
  type EmbeddedCluster,
  startCluster,
  startNodes,
} from "../support/cluster.ts";
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

/** Every search by a filter that takes new settings is answered, until this node is among those that answer. */
async function expectFiltered(client: MiroirClient, node: string): Promise<void> {
  const refusals: unknown[] = [];
  let count = 0;
  await eventually(async () => {
    const view = client.with({ preference: `view ${count++}`, partial: false }).index(UID);
    const answer = await view.search("", { filter: "title = 'Movie 3'" }).catch((error: unknown) => {
      refusals.push(error); // a node without the setting refuses the filter
      throw error;
    });
    expect(answer.hits).toHaveLength(1);
    expect(metaOf(answer)?.nodes).toContain(node);
  }, CAUGHT_UP_MS);
  expect(refusals).toEqual([]);
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
    await expectFiltered(client, "node-2");
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

/** A cluster whose first node takes its time for each task, so that it can die between its answer and its task. */
async function startSlow(shape: ClusterShape = {}): Promise<EmbeddedCluster> {
  const nodes = [...(await startNodes(1, { taskDelayMs: 150 })), ...(await startNodes(2))];
  const urls = nodes.map(({ url }) => url);
  const { client, ...others } = clientsOver(configOf(urls, { replicationFactor: 2, settings: IMPATIENT, ...shape }));
  await client.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
  await client
    .index("films")
    .addDocuments([{ id: 1 }], { primaryKey: "id" })
    .waitTask();
  await client.createIndex("bare").waitTask();
  return { client, nodes, ...others };
}

type Change = (client: MiroirClient) => Promise<{ readonly taskUid: number }>;

/** Has every node accept a change, and ends the slow one before it made it. */
async function breakOff({ client, nodes }: EmbeddedCluster, change: Change): Promise<number> {
  const { taskUid } = await change(client);
  await nodes[0]?.crash({ keepData: true });
  return taskUid;
}

/** What a node knows of indexes, without dates: its own and the rows of the registry. */
async function shownBy(direct: Meilisearch): Promise<unknown> {
  const { results } = await direct.getRawIndexes({ limit: 100 });
  const own = results.filter(({ uid }) => !uid.startsWith("miroir__"));
  const indexes = await Promise.all(
    own.map(async ({ uid, primaryKey }) => ({ uid, primaryKey, settings: await direct.index(uid).getSettings() })),
  );
  const records = await direct.index("miroir__state").getDocuments({ limit: 1000 });
  const rows = records.results.filter(({ kind }) => kind === "index").map(({ value }) => String(value));
  return { indexes, rows: rows.sort() };
}

/** The slow node is back: it is given what it missed, and used again. */
async function expectGiven(cluster: EmbeddedCluster): Promise<void> {
  const { client, nodes, directs } = cluster;
  await nodes[0]?.restart();
  await eventually(async () => {
    const [first, ...others] = await Promise.all(directs.map(shownBy));
    for (const other of others) expect(first).toEqual(other);
    expect(metaOf(await client.getIndexes())).toMatchObject({ degraded: false });
  }, CAUGHT_UP_MS);
  for (const { uid } of (await client.getIndexes()).results) {
    const { total } = await client.index(uid).getDocuments();
    await eventually(() => expectEverywhere(cluster, uid, total), CAUGHT_UP_MS);
  }
}

describe("a node that dies between its answer to an administrative change and its task", () => {
  it.each<[string, Change]>([
    ["an index was created", (client) => client.createIndex("books", { primaryKey: "id" })],
    ["settings were changed", (client) => client.index(UID).updateFilterableAttributes(["title"])],
    ["an index was given a primary key", (client) => client.index("bare").update({ primaryKey: "id" })],
    ["an index was deleted", (client) => client.deleteIndex(UID)],
    ["indexes were swapped", (client) => client.swapIndexes([{ indexes: [UID, "films"], rename: false }])],
    ["an index was renamed", (client) => client.index(UID).update({ uid: "books" })],
  ])("keeps no task open when %s, and is given the change when it is back", async (_name, change) => {
    const cluster = await startSlow();
    const task = await breakOff(cluster, change);
    expect(await cluster.client.tasks.waitForTask(task, { timeout: 8000 })).toMatchObject({ status: "succeeded" });
    await expectGiven(cluster);
  });

  it("is read by nobody before it has made it, those that come later included", async () => {
    const cluster = await startSlow();
    const { client, nodes, directs, connect } = cluster;
    // These come first in its queue: it answers for seconds before it has the settings.
    for (let count = 0; count < 20; count++) await directs[0]?.index("nowhere").resetSettings();
    const task = await breakOff(cluster, () => client.index(UID).updateFilterableAttributes(["title"]));
    expect(await client.tasks.waitForTask(task, { timeout: 8000 })).toMatchObject({ status: "succeeded" });
    await nodes[0]?.restart();
    await expectFiltered(connect(), "node-0");
  });

  it("is given search rules, and the names that they are about", async () => {
    const cluster = await startSlow();
    const { client, directs } = cluster;
    await client.updateExperimentalFeatures({ dynamicSearchRules: true });
    const pin = (id: string) => {
      const actions = [{ selector: { indexUid: UID, id }, action: { type: "pin" as const, position: 0 } }];
      return client.updateDynamicSearchRule("first", { active: true, actions });
    };
    await pin("7").waitTask();
    const task = await breakOff(cluster, () => pin("9"));
    expect(await client.tasks.waitForTask(task, { timeout: 8000 })).toMatchObject({ status: "succeeded" });
    await expectGiven(cluster);
    const shownRules = () => Promise.all(directs.map(async (direct) => await direct.getDynamicSearchRule("first")));
    for (const rule of await shownRules()) {
      expect(rule.actions).toMatchObject([{ selector: { indexUid: UID, id: "9" } }]);
    }
    const swap = await breakOff(cluster, () => client.swapIndexes([{ indexes: [UID, "films"], rename: false }]));
    expect(await client.tasks.waitForTask(swap, { timeout: 8000 })).toMatchObject({ status: "succeeded" });
    await expectGiven(cluster);
    for (const rule of await shownRules()) {
      expect(rule.actions).toMatchObject([{ selector: { indexUid: "films", id: "9" } }]);
    }
  });

  it("is given what was changed on top of it, whatever waits in its queue", async () => {
    const cluster = await startSlow();
    const { client, directs } = cluster;
    const tasks = await Promise.all([
      client.index(UID).updateFilterableAttributes(["title"]),
      client.index("films").updateStopWords(["the"]),
      client.deleteIndex("bare"),
    ]);
    await breakOff(cluster, () => client.index(UID).updateStopWords(["a"]));
    await client.tasks.waitForTasks(tasks, { timeout: 8000 });
    await client.index(UID).updateFilterableAttributes(["id"]).waitTask();
    await client.deleteIndex("films").waitTask();
    await client.createIndex("bare", { primaryKey: "id" }).waitTask();
    await expectGiven(cluster);
    const [node] = directs;
    expect(JSON.stringify(await node?.index(UID).getFilterableAttributes())).toMatch(/"id"/);
    expect(JSON.stringify(await node?.index(UID).getFilterableAttributes())).not.toMatch(/"title"/);
    expect(await node?.index(UID).getStopWords()).toEqual(["a"]);
    expect((await node?.getRawIndex("bare__g2"))?.primaryKey).toBe("id");
  });

  it("is seen to have missed it by whoever looks at the task, when the process that made the change is gone", async () => {
    const cluster = await startSlow();
    const { connect, directs } = cluster;
    const writer = connect({ repair: false });
    const changed = await writer.index(UID).updateFilterableAttributes(["title"]);
    await writer.close();
    await cluster.nodes[0]?.crash({ keepData: true });
    const others = [connect({ repair: false }), connect({ repair: false })];
    for (const other of others) {
      const task = await other.tasks.waitForTask(changed.taskUid, { timeout: 8000 });
      expect(task).toMatchObject({ status: "succeeded", details: { filterableAttributes: ["title"] } });
    }
    const missed = (await directs[1]?.index("miroir__state").getDocuments({ limit: 1000 }))?.results;
    expect(missed?.filter(({ kind }) => kind === "missed")).toHaveLength(1); // by both of them
    await expectGiven(cluster);
  });

  it("counts nothing for the details of the task, which the others tell", async () => {
    const cluster = await startSlow({ nodes: 3, replicationFactor: 3 });
    const task = await breakOff(cluster, (client) => client.deleteIndex(UID));
    expect(await cluster.client.tasks.waitForTask(task, { timeout: 8000 })).toMatchObject({
      ...{ status: "succeeded", details: { deletedDocuments: 60 } },
    });
  });

  it.each<[string, ClusterShape, Change]>([
    ["no other node has some shard", { replicationFactor: 1 }, (client) => client.index(UID).updateStopWords(["the"])],
    [
      "the change was to be made by every replica",
      {},
      (client) => client.with({ consistency: "all" }).index(UID).updateStopWords(["the"]),
    ],
  ])("is waited for when %s", async (_name, shape, change) => {
    const cluster = await startSlow(shape);
    const { client, nodes, directs } = cluster;
    const task = await breakOff(cluster, change);
    await directs[1]?.tasks.waitForTask((await directs[1].tasks.getTasks({ limit: 1 })).results[0]?.uid ?? 0);
    for (let look = 0; look < 3; look++) {
      expect((await client.tasks.getTask(task)).status).toMatch(/enqueued|processing/);
    }
    await nodes[0]?.restart();
    expect(await client.tasks.waitForTask(task)).toMatchObject({ status: "succeeded" });
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
