import { describe, expect, it } from "vitest";
import { metaOf } from "../../src/index.ts";
import type { EmbeddedRequest } from "../../src/testing/embedded-node/index.ts";
import { clientsOver, configOf, startCluster, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const UID = "movies";

describe("two processes over one cluster", () => {
  it("both found it when they start at the same moment, and found it once", async () => {
    for (let round = 0; round < 4; round++) {
      const nodes = await startNodes(3);
      const { client, connect, directs } = clientsOver(configOf(nodes.map(({ url }) => url)));
      const other = connect();
      const [one, two] = await Promise.all([
        client.createIndex("one", { primaryKey: "id" }),
        other.createIndex("two", { primaryKey: "id" }),
      ]);
      await Promise.all([client.tasks.waitForTask(one), other.tasks.waitForTask(two)]);
      const markers = await Promise.all(
        directs.map(async (direct) => {
          const marker = await direct.index("miroir__state").getDocument("marker");
          return JSON.parse(String(marker["value"])) as { clusterId: string; nodeId: string };
        }),
      );
      expect(new Set(markers.map(({ clusterId }) => clusterId)).size).toBe(1);
      expect(markers.map(({ nodeId }) => nodeId)).toEqual(["node-0", "node-1", "node-2"]);
      for (const each of [client, other]) {
        const { results } = await each.getRawIndexes();
        expect(results.map(({ uid }) => uid)).toEqual(["one", "two"]);
      }
    }
  });

  it("create one index when the other comes upon it before its settings are there", async () => {
    const { client, connect, directs, nodes } = await startCluster();
    const other = connect();
    await Promise.all([client.health(), other.health()]);
    const match = ({ method, path }: EmbeddedRequest) => method === "PATCH" && path === `/indexes/${UID}/settings`;
    nodes[0]?.faults.set({ latencyMs: 200, times: 1, match });
    const first = client.index(UID).addDocuments([{ id: 1 }], { primaryKey: "id" });
    await eventually(() => directs[0]?.getRawIndex(UID));
    const second = other.index(UID).addDocuments([{ id: 2 }], { primaryKey: "id" });
    for (const task of [first, second]) expect(await task.waitTask()).toMatchObject({ status: "succeeded" });
    for (const each of [client, other]) expect((await each.index(UID).search("")).hits).toHaveLength(2);
  });

  it("see each other's indexes, documents and settings", async () => {
    const { client, connect } = await startCluster();
    const other = connect();
    await other.health();
    await client
      .index(UID)
      .addDocuments([{ id: 1, title: "Alien" }])
      .waitTask();
    await client.index(UID).updateFilterableAttributes(["title"]).waitTask();
    expect((await other.index(UID).search("alien", { filter: "title = Alien" })).hits).toHaveLength(1);
    expect(await other.index(UID).getFilterableAttributes()).toEqual(["title"]);
    await other.index(UID).deleteDocument(1).waitTask();
    expect((await client.index(UID).search("")).hits).toEqual([]);
  });

  it("see a change as soon as its task is done, also when they start only then", async () => {
    // Nodes that take their time show the moment between a change and what is recorded of it.
    const nodes = await startNodes(3, { taskDelayMs: 40 });
    const { client, connect } = clientsOver(configOf(nodes.map(({ url }) => url)));
    await client.createIndex(UID, { primaryKey: "id" }).waitTask();
    expect((await connect().index(UID).search("")).hits).toEqual([]);
    await client.index(UID).updateFilterableAttributes(["title"]).waitTask();
    const answer = await connect()
      .index(UID)
      .search("", { facets: ["*"] });
    expect(Object.keys(answer.facetDistribution ?? {})).toEqual([]);
    expect(await connect().index(UID).getFilterableAttributes()).toEqual(["title"]);
    await client.deleteIndex(UID).waitTask();
    await expect(connect().index(UID).search("")).rejects.toMatchObject({ cause: { code: "index_not_found" } });
  });

  it("create again what the other deleted, and change and write what the other created anew", async () => {
    const { client, connect } = await startCluster();
    const other = connect();
    await client.createIndex(UID, { primaryKey: "id" }).waitTask();
    await client
      .index(UID)
      .addDocuments([{ id: 1, title: "Alien" }])
      .waitTask();
    await other.deleteIndex(UID).waitTask();
    // The first client still knows the index that is gone.
    await client.createIndex(UID, { primaryKey: "title" }).waitTask();
    await client.index(UID).updateFilterableAttributes(["year"]).waitTask();
    await client
      .index(UID)
      .addDocuments([{ title: "Brazil", year: 1985 }])
      .waitTask();
    expect((await client.index(UID).search("", { filter: "year = 1985" })).hits).toEqual([
      { title: "Brazil", year: 1985 },
    ]);
    await other.deleteIndex(UID).waitTask();
    await other.createIndex(UID, { primaryKey: "id" }).waitTask();
    await client.index(UID).updateSortableAttributes(["year"]).waitTask();
    expect(await connect().index(UID).getSettings()).toMatchObject({
      filterableAttributes: [],
      sortableAttributes: ["year"],
    });
  });

  it("write into the index that the other created anew, however lately they used the one before", async () => {
    const { client, connect, directs } = await startCluster();
    const other = connect();
    for (let round = 1; round <= 3; round++) {
      await client
        .index(UID)
        .addDocuments([{ id: round }], { primaryKey: "id" })
        .waitTask();
      // The other knows the index now, and does not hear of what follows by itself.
      expect((await other.index(UID).search("")).hits).toEqual([{ id: round }]);
      await client.deleteIndex(UID).waitTask();
      await client.createIndex(UID, { primaryKey: "title" }).waitTask();
      const added = await other
        .index(UID)
        .addDocuments([{ title: "Alien" }, { title: "Brazil" }])
        .waitTask();
      expect(added).toMatchObject({ status: "succeeded", details: { indexedDocuments: 2 } });
      await other.index(UID).deleteDocument("Brazil").waitTask();
      for (const each of [client, other]) expect((await each.index(UID).search("")).hits).toEqual([{ title: "Alien" }]);
      await client.deleteIndex(UID).waitTask();
      await other
        .index(UID)
        .addDocuments([{ id: 0 }])
        .waitTask();
      for (const each of [client, other]) expect((await each.index(UID).search("")).hits).toEqual([{ id: 0 }]);
      await client.deleteIndex(UID).waitTask();
    }
    // Nothing was written to an index that was deleted, which a server would have created again.
    for (const direct of directs) {
      expect((await direct.getRawIndexes()).results.map(({ uid }) => uid)).toEqual(["miroir__state"]);
    }
  });

  it("read the index that the other created anew, however lately they used the one before", async () => {
    const { client, connect } = await startCluster();
    const other = connect();
    const reads = [
      async () => (await other.index(UID).search("")).hits,
      async () => (await other.index(UID).getDocuments()).results,
      async () => (await other.multiSearch({ queries: [{ indexUid: UID, q: "" }] })).results[0]?.hits,
    ];
    await client
      .index(UID)
      .addDocuments([{ id: 0 }])
      .waitTask();
    for (const [round, read] of reads.entries()) {
      expect(await read()).toEqual([{ id: round }]);
      await client.deleteIndex(UID).waitTask();
      await client
        .index(UID)
        .addDocuments([{ id: round + 1 }])
        .waitTask();
      expect(await read()).toEqual([{ id: round + 1 }]);
    }
    expect(await other.index(UID).getSortableAttributes()).toEqual([]);
    await client.deleteIndex(UID).waitTask();
    await client.index(UID).updateSortableAttributes(["year"]).waitTask();
    expect(await other.index(UID).getSortableAttributes()).toEqual(["year"]);
    expect(await other.index(UID).getStats()).toMatchObject({ numberOfDocuments: 0 });
  });

  it("deletes an index and creates it again without waiting", async () => {
    const nodes = await startNodes(3, { taskDelayMs: 40 });
    const { client, connect } = clientsOver(configOf(nodes.map(({ url }) => url)));
    await client
      .index(UID)
      .addDocuments([{ id: 1, title: "Alien" }])
      .waitTask();
    for (const each of [client, connect()]) {
      await each.deleteIndex(UID);
      await each.createIndex(UID, { primaryKey: "id" }).waitTask();
      await each
        .index(UID)
        .addDocuments([{ id: 2, title: "Brazil" }])
        .waitTask();
      expect((await each.index(UID).search("")).hits).toEqual([{ id: 2, title: "Brazil" }]);
    }
  });

  it("create one index when both write to a new one", async () => {
    const { client, connect } = await startCluster();
    const other = connect();
    await Promise.all([client.health(), other.health()]);
    const tasks = await Promise.all([
      client
        .index(UID)
        .addDocuments([{ id: 1 }], { primaryKey: "id" })
        .waitTask(),
      other
        .index(UID)
        .addDocuments([{ id: 2 }], { primaryKey: "id" })
        .waitTask(),
    ]);
    expect(tasks.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    for (const each of [client, other]) {
      expect((await each.index(UID).search("")).estimatedTotalHits).toBe(2);
      expect(await each.index(UID).fetchPrimaryKey()).toBe("id");
    }
  });

  it("avoid a replica that missed a write of the other, also after it came back", async () => {
    const { client, nodes, connect } = await startCluster();
    const documents = (round: number) => Array.from({ length: 40 }, (_, id) => ({ id, round }));
    await client.index(UID).addDocuments(documents(1), { primaryKey: "id" }).waitTask();
    await nodes[0]?.crash({ keepData: true });
    const accepted = await client.index(UID).addDocuments(documents(2));
    expect(metaOf(accepted)?.write?.indebted).toEqual(["node-0"]);
    await client.tasks.waitForTask(accepted);
    await nodes[0]?.restart();
    const other = connect();
    await eventually(async () => expect(await other.isHealthy()).toBe(true));
    for (let preference = 0; preference < 12; preference++) {
      const { hits } = await other
        .with({ preference: `${preference}` })
        .index(UID)
        .search("", { limit: 100 });
      expect(hits).toHaveLength(40);
      expect(hits.every((hit) => hit["round"] === 2)).toBe(true);
    }
  });
});
