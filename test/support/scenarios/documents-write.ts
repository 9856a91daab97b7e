import { describe, expect, it } from "vitest";
import { metaOf } from "../../../src/index.ts";
import type { TestCluster } from "../cluster.ts";
import type { Environment } from "../environment.ts";
import { storedTexts } from "../stored-texts.ts";

const UID = "scenario_movies";

/** Documents of the index that each node holds. */
async function countsPerNode({ directs }: TestCluster): Promise<number[]> {
  return Promise.all(directs.map(async (direct) => (await direct.index(UID).getStats()).numberOfDocuments));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Adding, changing and deleting documents, in every form that the official client sends them. */
export function documentsWriteScenarios({ name, open }: Environment): void {
  describe(`writing documents over ${name}`, () => {
    for (const replicationFactor of [1, 2, 3]) {
      it(`stores each document on ${replicationFactor} of 3 nodes`, async () => {
        const cluster = await open({ nodes: 3, replicationFactor });
        const documents = Array.from({ length: 120 }, (_, id) => ({ id, title: `Title ${id}` }));
        const accepted = await cluster.client.index(UID).addDocuments(documents);
        expect(metaOf(accepted)).toMatchObject({ degraded: false, write: { indebted: [], degradedShards: [] } });
        const task = await cluster.client.tasks.waitForTask(accepted);
        expect(task).toMatchObject({
          status: "succeeded",
          type: "documentAdditionOrUpdate",
          details: { receivedDocuments: 120, indexedDocuments: 120 },
        });
        const counts = await countsPerNode(cluster);
        expect(sum(counts)).toBe(120 * replicationFactor);
        expect(Math.min(...counts)).toBeGreaterThan(0);
      });
    }

    it("replaces a document whole when it is added again", async () => {
      const { client } = await open();
      const index = client.index(UID);
      await index.addDocuments([{ id: 1, title: "Alien", year: 1979 }]).waitTask();
      await index.addDocuments([{ id: 1, title: "Aliens" }]).waitTask();
      expect(await index.getDocument(1)).toEqual({ id: 1, title: "Aliens" });
    });

    it("changes only the given fields in a partial update, and makes documents that are missing", async () => {
      const { client } = await open();
      const index = client.index(UID);
      await index.addDocuments([{ id: 1, title: "Alien", year: 1979 }]).waitTask();
      await index
        .updateDocuments([
          { id: 1, title: "Aliens" },
          { id: 2, title: "Brazil" },
        ])
        .waitTask();
      expect(await index.getDocument(1)).toEqual({ id: 1, title: "Aliens", year: 1979 });
      expect(await index.getDocument(2)).toEqual({ id: 2, title: "Brazil" });
    });

    it("makes no new documents when told to skip them", async () => {
      const { client } = await open();
      const index = client.index(UID);
      await index.addDocuments([{ id: 1, title: "Alien" }]).waitTask();
      await index.updateDocuments([{ id: 1, year: 1979 }, { id: 2 }], { skipCreation: true }).waitTask();
      expect((await index.getDocuments()).results).toEqual([{ id: 1, title: "Alien", year: 1979 }]);
    });

    it("lets the last of several documents with one id win within a call", async () => {
      const { client } = await open();
      const index = client.index(UID);
      const task = await index
        .addDocuments([
          { id: 1, title: "first" },
          { id: "1", title: "second" },
          { id: 2, title: "other" },
          { id: 1, title: "third" },
        ])
        .waitTask();
      expect(task.details?.["receivedDocuments"]).toBe(4);
      expect(await index.getDocument(1)).toEqual({ id: 1, title: "third" });
      expect((await index.getStats()).numberOfDocuments).toBe(2);
    });

    it("keeps calls that nobody waits for in order on every replica", async () => {
      const cluster = await open({ replicationFactor: 3 });
      const index = cluster.client.index(UID);
      const calls = Array.from({ length: 25 }, (_, turn) => index.addDocuments([{ id: 1, turn }]));
      const tasks = await cluster.client.tasks.waitForTasks(await Promise.all(calls));
      expect(tasks.every(({ status }) => status === "succeeded")).toBe(true);
      const stored = await storedTexts(cluster, UID, "1");
      expect(stored.map((text) => JSON.parse(text).turn)).toEqual([24, 24, 24]);
    });

    it("takes documents as they are at the call, whatever the caller does to them afterwards", async () => {
      const { client } = await open();
      const document = { id: 1, title: "before" };
      const adding = client.index(UID).addDocuments([document]);
      document.title = "after";
      await adding.waitTask();
      expect(await client.index(UID).getDocument(1)).toEqual({ id: 1, title: "before" });
    });

    it("adds documents in batches, one task each", async () => {
      const { client } = await open();
      const documents = Array.from({ length: 25 }, (_, id) => ({ id }));
      const tasks = await Promise.all(
        client
          .index(UID)
          .addDocumentsInBatches(documents, 10)
          .map((enqueued) => enqueued.waitTask()),
      );
      expect(tasks.map(({ details }) => details?.["indexedDocuments"])).toEqual([10, 10, 5]);
      expect((await client.index(UID).getStats()).numberOfDocuments).toBe(25);
    });

    it("deletes by id, by ids, by filter and altogether", async () => {
      const cluster = await open();
      const { client } = cluster;
      const index = client.index(UID);
      await index.updateFilterableAttributes(["parity"]).waitTask();
      const documents = Array.from({ length: 40 }, (_, id) => ({ id, parity: id % 2 === 0 ? "even" : "odd" }));
      await index.addDocuments(documents).waitTask();

      expect(await index.deleteDocument(3).waitTask()).toMatchObject({
        type: "documentDeletion",
        details: { providedIds: 1, deletedDocuments: 1, originalFilter: null },
      });
      await expect(index.getDocument(3)).rejects.toMatchObject({ cause: { code: "document_not_found" } });

      expect(await index.deleteDocuments(["5", "7", "1000"]).waitTask()).toMatchObject({
        details: { providedIds: 3, deletedDocuments: 2, originalFilter: null },
      });
      expect(await index.deleteDocuments({ filter: "parity = even" }).waitTask()).toMatchObject({
        details: { providedIds: 0, deletedDocuments: 20, originalFilter: '"parity = even"' },
      });
      expect((await index.getStats()).numberOfDocuments).toBe(17);
      expect((await index.deleteDocuments([]).waitTask()).status).toBe("succeeded");
      expect(await index.deleteAllDocuments().waitTask()).toMatchObject({
        status: "succeeded",
        details: { deletedDocuments: 17 },
      });
      expect(sum(await countsPerNode(cluster))).toBe(0);
    });

    it("refuses a filter that a server refuses, and deletes nothing", async () => {
      const { client } = await open();
      const index = client.index(UID);
      await index.addDocuments([{ id: 1, genre: "x" }]).waitTask();
      await expect(index.deleteDocuments({ filter: "genre = = x" })).rejects.toMatchObject({
        cause: { code: "invalid_document_filter" },
      });
      const task = await index.deleteDocuments({ filter: "genre = x" }).waitTask();
      expect(task).toMatchObject({ status: "failed", error: { code: "invalid_document_filter" } });
      expect(task.error?.message).toContain("This index does not have configured filterable attributes.");
      expect((await index.getStats()).numberOfDocuments).toBe(1);
    });

    it("reads documents from JSON, NDJSON and CSV text", async () => {
      const { client } = await open();
      const index = client.index(UID);
      const texts: [string, Parameters<typeof index.addDocumentsFromString>[1], object][] = [
        ['[{"id":1,"title":"json"}]', "application/json", {}],
        ['{"id":2,"title":"ndjson"}\n{"id":3,"title":"line"}\n', "application/x-ndjson", {}],
        ['id:number,title\n4,"a ""quoted"", comma"\n', "text/csv", {}],
        ["id:number;title;seen:boolean\n5;semicolon;true\n", "text/csv", { csvDelimiter: ";" }],
      ];
      for (const [text, type, options] of texts) {
        const task = await index.addDocumentsFromString(text, type, options).waitTask();
        expect(task.error).toBeNull();
      }
      await index.updateDocumentsFromString('{"id":2,"more":1}', "application/json").waitTask();
      const { results } = await index.getDocuments({ limit: 10 });
      expect(results.sort((a, b) => Number(a["id"]) - Number(b["id"]))).toEqual([
        { id: 1, title: "json" },
        { id: 2, title: "ndjson", more: 1 },
        { id: 3, title: "line" },
        { id: 4, title: 'a "quoted", comma' },
        { id: 5, title: "semicolon", seen: true },
      ]);
    });

    it("takes 1 and “1” for one document", async () => {
      const { client } = await open();
      const index = client.index(UID);
      await index.addDocuments([{ id: 1, title: "number" }]).waitTask();
      await index.addDocuments([{ id: "1", title: "text" }]).waitTask();
      expect(await index.getDocument(1)).toEqual({ id: "1", title: "text" });
      expect((await index.getStats()).numberOfDocuments).toBe(1);
      await index.deleteDocument("1").waitTask();
      expect((await index.getStats()).numberOfDocuments).toBe(0);
    });

    it("finds the primary key by itself and keeps it", async () => {
      const { client } = await open();
      await client
        .index(UID)
        .addDocuments([{ movieId: 7, title: "Seven" }])
        .waitTask();
      expect(await client.index(UID).fetchPrimaryKey()).toBe("movieId");
      expect(await client.index(UID).getDocument(7)).toEqual({ movieId: 7, title: "Seven" });
    });

    it("accepts an id of 511 bytes", async () => {
      const { client } = await open();
      const id = "a".repeat(511);
      await client
        .index(UID)
        .addDocuments([{ id, title: "long" }])
        .waitTask();
      expect(await client.index(UID).getDocument(id)).toEqual({ id, title: "long" });
    });

    it("shows the caller's own metadata on the task, and nothing else", async () => {
      const { client } = await open();
      const task = await client
        .index(UID)
        .addDocuments([{ id: 1 }], { customMetadata: "import 7" })
        .waitTask();
      expect(task).toMatchObject({ status: "succeeded", customMetadata: "import 7" });
      const plain = await client
        .index(UID)
        .addDocuments([{ id: 2 }])
        .waitTask();
      expect(plain).not.toHaveProperty("customMetadata");
    });

    it("accepts an empty list", async () => {
      const { client } = await open();
      const task = await client.index(UID).addDocuments([]).waitTask();
      expect(task).toMatchObject({ status: "succeeded", details: { receivedDocuments: 0, indexedDocuments: 0 } });
    });
  });
}
