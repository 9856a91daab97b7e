import { describe, expect, it } from "vitest";
import type { Environment } from "../environment.ts";

/** Creating, listing, changing and deleting indexes. */
export function indexScenarios({ name, open }: Environment): void {
  describe(`indexes over ${name}`, () => {
    it("creates an index on every node and reads it back as one", async () => {
      const { client, directs } = await open();
      const task = await client.createIndex("scenario_books", { primaryKey: "isbn" }).waitTask();
      expect(task).toMatchObject({
        status: "succeeded",
        type: "indexCreation",
        indexUid: "scenario_books",
        details: { primaryKey: "isbn" },
        error: null,
      });
      expect(await client.getRawIndex("scenario_books")).toEqual({
        uid: "scenario_books",
        primaryKey: "isbn",
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      });
      expect((await client.getIndex("scenario_books")).primaryKey).toBe("isbn");
      for (const direct of directs) {
        expect((await direct.getRawIndex("scenario_books")).primaryKey).toBe("isbn");
      }
    });

    it("fails the task of a second creation, as one server does", async () => {
      const { client } = await open();
      await client.createIndex("scenario_books").waitTask();
      const task = await client.createIndex("scenario_books").waitTask();
      expect(task.status).toBe("failed");
      expect(task.error).toMatchObject({ code: "index_already_exists", type: "invalid_request" });
      expect(await client.getRawIndex("scenario_books")).toMatchObject({ uid: "scenario_books" });
    });

    it("lists indexes in pages, without those that miroir keeps for itself", async () => {
      const { client } = await open();
      for (const uid of ["scenario_c", "scenario_a", "scenario_b"]) await client.createIndex(uid).waitTask();
      const first = await client.getRawIndexes({ limit: 2 });
      expect(first).toMatchObject({ offset: 0, limit: 2, total: 3 });
      expect(first.results.map(({ uid }) => uid)).toEqual(["scenario_a", "scenario_b"]);
      const second = await client.getIndexes({ offset: 2, limit: 2 });
      expect(second.results.map(({ uid }) => uid)).toEqual(["scenario_c"]);
    });

    it("changes the primary key while there are no documents", async () => {
      const { client, directs } = await open();
      await client.createIndex("scenario_books", { primaryKey: "isbn" }).waitTask();
      const task = await client.updateIndex("scenario_books", { primaryKey: "ean" }).waitTask();
      expect(task).toMatchObject({ status: "succeeded", type: "indexUpdate", details: { primaryKey: "ean" } });
      expect(await client.index("scenario_books").fetchPrimaryKey()).toBe("ean");
      for (const direct of directs) expect((await direct.getRawIndex("scenario_books")).primaryKey).toBe("ean");
    });

    it("fails the task that would change the primary key of documents", async () => {
      const { client } = await open();
      const books = Array.from({ length: 60 }, (_, position) => ({ isbn: position, ean: position }));
      await client.index("scenario_books").addDocuments(books, { primaryKey: "isbn" }).waitTask();
      const task = await client.updateIndex("scenario_books", { primaryKey: "ean" }).waitTask();
      expect(task.status).toBe("failed");
      expect(task.error?.code).toBe("index_primary_key_already_exists");
      expect(await client.index("scenario_books").fetchPrimaryKey()).toBe("isbn");
      await client
        .index("scenario_books")
        .addDocuments([{ isbn: 99 }])
        .waitTask();
      expect(await client.index("scenario_books").getDocument(99)).toEqual({ isbn: 99 });
    });

    it("deletes an index everywhere and lets its name be used again", async () => {
      const { client, directs } = await open();
      await client
        .index("scenario_books")
        .addDocuments([{ id: 1 }, { id: 2 }])
        .waitTask();
      const task = await client.deleteIndex("scenario_books").waitTask();
      expect(task).toMatchObject({ status: "succeeded", type: "indexDeletion", details: { deletedDocuments: 2 } });
      await expect(client.getRawIndex("scenario_books")).rejects.toMatchObject({ cause: { code: "index_not_found" } });
      await expect(client.index("scenario_books").search("")).rejects.toMatchObject({
        cause: { code: "index_not_found", message: "Index `scenario_books` not found." },
      });
      for (const direct of directs) {
        await expect(direct.getRawIndex("scenario_books")).rejects.toMatchObject({
          cause: { code: "index_not_found" },
        });
      }
      await client.createIndex("scenario_books", { primaryKey: "isbn" }).waitTask();
      expect(await client.index("scenario_books").fetchPrimaryKey()).toBe("isbn");
      expect((await client.index("scenario_books").search("")).hits).toEqual([]);
    });

    it("fails the task that deletes an index that is not there", async () => {
      const { client } = await open();
      const task = await client.deleteIndex("scenario_nothing").waitTask();
      expect(task).toMatchObject({ status: "failed", error: { code: "index_not_found" } });
    });

    it("refuses a malformed uid in the server's words", async () => {
      const { client } = await open();
      await expect(client.createIndex("not a uid")).rejects.toMatchObject({
        cause: { code: "invalid_index_uid", message: expect.stringContaining("`not a uid` is not a valid index uid") },
      });
      expect((await client.getRawIndexes()).results).toEqual([]);
    });

    it("refuses the names that miroir uses itself", async () => {
      const { client } = await open();
      await expect(client.createIndex("miroir__state")).rejects.toMatchObject({ code: "miroir_reserved_field" });
      await expect(client.index("miroir__state").addDocuments([{ id: 1 }])).rejects.toMatchObject({
        code: "miroir_reserved_field",
      });
      await expect(client.index("miroir__state").search("")).rejects.toMatchObject({
        cause: { code: "index_not_found" },
      });
    });

    it("refuses an index that was made behind its back, whose documents carry no tags", async () => {
      const { client, directs } = await open();
      await Promise.all(directs.map((direct) => direct.createIndex("scenario_foreign").waitTask()));
      await expect(client.createIndex("scenario_foreign")).rejects.toMatchObject({ code: "miroir_index_mismatch" });
      await expect(client.index("scenario_foreign").addDocuments([{ id: 1 }])).rejects.toMatchObject({
        code: "miroir_index_mismatch",
      });
    });
  });
}
