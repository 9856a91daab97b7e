import type { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import { metaOf } from "../../../src/index.ts";
import type { TestCluster } from "../cluster.ts";
import type { Environment } from "../environment.ts";

const MOVIES = "scenario_movies";
const BOOKS = "scenario_books";
const FILMS = "scenario_films";

/** Bodies that one server refuses, and those whose task fails, all about indexes that are not there. */
const IMPOSSIBLE_SWAPS: readonly unknown[] = [
  [{ indexes: ["scenario_none", "scenario_nil"] }],
  [{ indexes: ["scenario_none", "scenario_nil"], rename: true }],
  [{ indexes: ["scenario_none", "scenario_none"] }],
  [{ indexes: ["scenario_a", "scenario_b"] }, { indexes: ["scenario_b", "scenario_a"] }],
  [{ indexes: ["scenario_a"] }],
  [{ indexes: ["scenario_a", "scenario_b", "scenario_c"] }],
  [{ indexes: ["scenario_a", "not a uid"] }],
  [{ indexes: ["scenario_a", "scenario_b"], rename: 1 }],
  [{ indexes: ["scenario_a", "scenario_b"], more: 1 }],
  [{ indexes: "scenario_a" }],
  [{}],
  [],
  {},
  "x",
];

/** Creates movies and books with documents and settings of their own. */
async function fill(client: Meilisearch): Promise<void> {
  const movies = Array.from({ length: 40 }, (_, id) => ({ id, title: `Movie ${id}`, genre: `g${id % 3}` }));
  const books = Array.from({ length: 25 }, (_, isbn) => ({
    isbn: `b${isbn}`,
    title: `Book ${isbn}`,
    author: `a${isbn % 4}`,
  }));
  await client.index(MOVIES).addDocuments(movies, { primaryKey: "id" }).waitTask();
  await client.index(MOVIES).updateFilterableAttributes(["genre"]).waitTask();
  await client.index(BOOKS).addDocuments(books, { primaryKey: "isbn" }).waitTask();
  await client
    .index(BOOKS)
    .updateSettings({ filterableAttributes: ["author"], displayedAttributes: ["isbn"] })
    .waitTask();
}

/** Everything a user can see of an index, apart from dates and sizes. */
async function pictureOf(client: Meilisearch, uid: string): Promise<unknown> {
  const index = client.index(uid);
  const { createdAt: _, updatedAt: __, ...info } = await client.getRawIndex(uid);
  const found: Record<string, unknown> & { hits: unknown[] } = await index.search("", { limit: 100, facets: ["*"] });
  const tagged = await index.search("", { limit: 0 }, { headers: { "meili-include-metadata": "true" } });
  expect(tagged).toMatchObject({ metadata: { indexUid: uid } });
  for (const field of ["processingTimeMs", "requestUid"]) delete found[field];
  const { numberOfDocuments, fieldDistribution } = await index.getStats();
  const documents = await index.getDocuments({ limit: 100 });
  const byText = (list: readonly unknown[]) => list.map((item) => JSON.stringify(item)).sort();
  const seen = { ...found, hits: byText(found.hits), documents: byText(documents.results) };
  return { info, ...seen, numberOfDocuments, fieldDistribution, settings: await index.getSettings() };
}

/** What the same calls leave on one server: its first node past the cluster, under names the cluster does not have. */
async function taskOf(client: Meilisearch, path: string, body: unknown): Promise<unknown> {
  try {
    const enqueued = await client.httpRequest.post<{ taskUid: number }>({ path, body: body as object });
    const { status, type, indexUid, details, error } = await client.tasks.waitForTask(enqueued.taskUid);
    return { status, type, indexUid, details, error };
  } catch (error) {
    return (error as Error).cause;
  }
}

function first({ directs }: TestCluster): Meilisearch {
  const [direct] = directs;
  if (direct === undefined) throw new Error("the cluster has no node");
  return direct;
}

/** Swapping, renaming and creating indexes again: what a name stands for. */
export function indexNameScenarios({ name, open }: Environment): void {
  describe(`names of indexes over ${name}`, () => {
    it("swaps documents, settings, primary keys and statistics, for other clients too", async () => {
      const { client, connect } = await open();
      await fill(client);
      const [movies, books] = [await pictureOf(client, MOVIES), await pictureOf(client, BOOKS)];
      const renamed = (picture: unknown, from: string, to: string) =>
        JSON.parse(JSON.stringify(picture).replaceAll(from, to));
      const enqueued = await client.swapIndexes([{ indexes: [MOVIES, BOOKS], rename: false }]);
      expect(enqueued).toMatchObject({ indexUid: null, status: "enqueued", type: "indexSwap" });
      expect(metaOf(enqueued)?.reasons).toHaveLength(1);
      expect(await client.tasks.waitForTask(enqueued)).toMatchObject({
        ...{ status: "succeeded", type: "indexSwap", indexUid: null, error: null, canceledBy: null },
        details: { swaps: [{ indexes: [MOVIES, BOOKS], rename: false }] },
      });
      for (const each of [client, connect()]) {
        expect(await pictureOf(each, BOOKS)).toEqual(renamed(movies, MOVIES, BOOKS));
        expect(await pictureOf(each, MOVIES)).toEqual(renamed(books, BOOKS, MOVIES));
        expect(Object.keys((await each.getStats()).indexes)).toEqual([BOOKS, MOVIES]);
      }
      await client
        .index(MOVIES)
        .addDocuments([{ isbn: "b99", title: "New" }])
        .waitTask();
      expect(await client.index(MOVIES).getDocument("b99", { fields: ["isbn"] })).toEqual({ isbn: "b99" });
      await client.swapIndexes([{ indexes: [BOOKS, MOVIES], rename: false }]).waitTask();
      expect(await pictureOf(client, MOVIES)).toEqual(movies);
      expect((await client.index(BOOKS).search("")).estimatedTotalHits).toBe(26);
    });

    it("swaps and renames several pairs at once", async () => {
      const { client } = await open();
      await fill(client);
      await client.createIndex("scenario_c", { primaryKey: "c" }).waitTask();
      const swaps = [
        { indexes: [MOVIES, BOOKS] as [string, string], rename: false },
        { indexes: ["scenario_c", "scenario_d"] as [string, string], rename: true },
      ];
      const task = await client.swapIndexes(swaps).waitTask();
      expect(task.status).toBe("succeeded");
      expect(task.details).toEqual({ swaps });
      const { results } = await client.getRawIndexes();
      expect(results.map(({ uid, primaryKey }) => [uid, primaryKey])).toEqual([
        [BOOKS, "id"],
        ["scenario_d", "c"],
        [MOVIES, "isbn"],
      ]);
      await expect(client.getRawIndex("scenario_c")).rejects.toMatchObject({ cause: { code: "index_not_found" } });
    });

    it("refuses and fails impossible swaps as one server does", async () => {
      const cluster = await open();
      for (const body of IMPOSSIBLE_SWAPS) {
        const expected = await taskOf(first(cluster), "swap-indexes", body);
        expect(await taskOf(cluster.client, "swap-indexes", body), JSON.stringify(body)).toEqual(expected);
      }
    });

    it("renames an index, whose old name is free again", async () => {
      const { client, connect } = await open();
      await fill(client);
      const task = await client.updateIndex(MOVIES, { uid: FILMS }).waitTask();
      expect(task).toMatchObject({ status: "succeeded", type: "indexUpdate", indexUid: MOVIES });
      expect(task.details).toEqual({ primaryKey: null, oldIndexUid: MOVIES, newIndexUid: FILMS });
      for (const each of [client, connect()]) {
        expect((await each.index(FILMS).search("", { filter: "genre = g1" })).estimatedTotalHits).toBe(13);
        for (const call of [
          () => each.index(MOVIES).search("", { filter: "x = 1" }),
          () => each.index(MOVIES).getDocument(1),
          () => each.index(MOVIES).getStats(),
          () => each.index(MOVIES).getSettings(),
          () => each.getRawIndex(MOVIES),
        ]) {
          await expect(call()).rejects.toMatchObject({
            cause: { code: "index_not_found", message: `Index \`${MOVIES}\` not found.` },
          });
        }
      }
      for (const failing of [
        client.deleteIndex(MOVIES),
        client.index(MOVIES).resetSettings(),
        client.updateIndex(MOVIES, { primaryKey: "x" }),
      ]) {
        expect(await failing.waitTask()).toMatchObject({
          status: "failed",
          error: { code: "index_not_found", message: `Index \`${MOVIES}\` not found.` },
        });
      }
      await client
        .index(MOVIES)
        .addDocuments([{ id: "new" }])
        .waitTask();
      expect((await client.index(MOVIES).search("")).hits).toEqual([{ id: "new" }]);
      await client.deleteIndex(MOVIES).waitTask();
      expect((await client.index(FILMS).search("", { limit: 100 })).hits).toHaveLength(40);
    });

    it("renames and sets the primary key together, or neither", async () => {
      const { client } = await open();
      await fill(client);
      await client.createIndex("scenario_empty").waitTask();
      const task = await client.updateIndex("scenario_empty", { uid: "scenario_full", primaryKey: "key" }).waitTask();
      expect(task).toMatchObject({
        status: "succeeded",
        details: { primaryKey: "key", oldIndexUid: "scenario_empty", newIndexUid: "scenario_full" },
      });
      expect(await client.index("scenario_full").fetchPrimaryKey()).toBe("key");
      const failed = await client.updateIndex(MOVIES, { uid: FILMS, primaryKey: "title" }).waitTask();
      expect(failed).toMatchObject({ status: "failed", error: { code: "index_primary_key_already_exists" } });
      expect(await client.index(MOVIES).fetchPrimaryKey()).toBe("id");
      await expect(client.getRawIndex(FILMS)).rejects.toMatchObject({ cause: { code: "index_not_found" } });
    });

    it("fails and refuses impossible renames as one server does", async () => {
      const cluster = await open();
      const direct = first(cluster);
      await Promise.all(
        [cluster.client, direct].map((each, position) => each.createIndex(`scenario_here_${position}`).waitTask()),
      );
      const bodies = [
        { uid: "scenario_here" },
        { uid: "not a uid" },
        { uid: "scenario_x", more: 1 },
        { uid: 5 },
        { createdAt: "x" },
        { primaryKey: 4 },
      ];
      for (const [position, client] of [cluster.client, direct].entries()) {
        await client.createIndex(`scenario_other_${position}`).waitTask();
      }
      const outcomes = [cluster.client, direct].map(async (client, position) => {
        const own = (text: unknown) => JSON.parse(JSON.stringify(text).replaceAll(`_${position}`, ""));
        const patch = async (uid: string, body: { uid?: unknown }) => {
          try {
            const sent = body.uid === "scenario_here" ? { uid: `scenario_here_${position}` } : body;
            const { taskUid } = await client.httpRequest.patch<{ taskUid: number }>({
              path: `indexes/${uid}`,
              body: sent,
            });
            const { status, details, error } = await client.tasks.waitForTask(taskUid);
            return own({ status, details, error });
          } catch (error) {
            return own((error as Error).cause);
          }
        };
        const results = [];
        for (const body of bodies) results.push(await patch(`scenario_other_${position}`, body));
        results.push(await patch(`scenario_nowhere_${position}`, { uid: "scenario_y" }));
        return results;
      });
      const [over, alone] = await Promise.all(outcomes);
      expect(over).toEqual(alone);
    });

    it("creates a deleted index anew, apart from the one before", async () => {
      const { client, directs } = await open();
      for (const generation of ["", "__g2", "__g3"]) {
        await client
          .index(MOVIES)
          .addDocuments([{ id: 1, generation }], { primaryKey: "id" })
          .waitTask();
        for (const direct of directs) {
          const { results } = await direct.getRawIndexes({ limit: 100 });
          expect(results.map(({ uid }) => uid).filter((uid) => uid.startsWith(MOVIES))).toEqual([
            `${MOVIES}${generation}`,
          ]);
        }
        expect((await client.index(MOVIES).search("")).hits).toEqual([{ id: 1, generation }]);
        expect((await client.getRawIndexes()).results.map(({ uid }) => uid)).toEqual([MOVIES]);
        await expect(client.index(MOVIES).search("", { filter: "x = 1" })).rejects.toMatchObject({
          cause: { code: "invalid_search_filter" },
        });
        const wrong = await client
          .index(MOVIES)
          .addDocuments([{ id: 2, _vectors: { none: [[1], ["x"]] }, _geo: 5 }])
          .waitTask();
        expect(JSON.stringify(wrong)).not.toContain("__g");
        const taken = await client.createIndex(MOVIES).waitTask();
        expect(taken.error?.message).toBe(`Index \`${MOVIES}\` already exists.`);
        await client.deleteIndex(MOVIES).waitTask();
      }
    });

    it("keeps apart an index whose name looks like a later generation of another", async () => {
      const { client } = await open();
      const documents = (uid: string) =>
        client
          .index(uid)
          .addDocuments([{ id: uid }])
          .waitTask();
      await documents(`${MOVIES}__g2`);
      await documents(MOVIES);
      await client.deleteIndex(MOVIES).waitTask();
      await documents(MOVIES);
      await client.deleteIndex(`${MOVIES}__g2`).waitTask();
      await documents(`${MOVIES}__g2`);
      for (const uid of [MOVIES, `${MOVIES}__g2`])
        expect((await client.index(uid).search("")).hits).toEqual([{ id: uid }]);
      await client.deleteIndex(`${MOVIES}__g2`).waitTask();
      expect((await client.index(MOVIES).search("")).hits).toEqual([{ id: MOVIES }]);
    });

    it("loses no write of this or another client while names are swapped", async () => {
      const { client, connect } = await open();
      const other = connect();
      await Promise.all([MOVIES, BOOKS].map((uid) => client.createIndex(uid, { primaryKey: "id" }).waitTask()));
      await other.getRawIndexes();
      let isDone = false;
      const written: string[] = [];
      const writers = [client, other].map(async (each, writer) => {
        for (let round = 0; !isDone; round++) {
          const id = `w${writer}-${round}`;
          const task = await each
            .index(round % 2 === 0 ? MOVIES : BOOKS)
            .addDocuments([{ id }])
            .waitTask();
          expect(task.status).toBe("succeeded");
          written.push(id);
        }
      });
      for (let round = 0; round < 6; round++)
        await client.swapIndexes([{ indexes: [MOVIES, BOOKS], rename: false }]).waitTask();
      isDone = true;
      await Promise.all(writers);
      const found = await Promise.all(
        [MOVIES, BOOKS].map((uid) => client.index(uid).getDocuments({ limit: 1000, fields: ["id"] })),
      );
      expect(found.flatMap(({ results }) => results.map(({ id }) => String(id))).sort()).toEqual(written.sort());
    });

    it("keeps the order of calls that are not waited for", async () => {
      const { client } = await open();
      await Promise.all([MOVIES, BOOKS].map((uid) => client.createIndex(uid, { primaryKey: "id" }).waitTask()));
      const calls = [
        client.index(MOVIES).addDocuments([{ id: "before" }]),
        client.swapIndexes([{ indexes: [BOOKS, MOVIES], rename: false }]),
        client.index(MOVIES).addDocuments([{ id: "between" }]),
        client.updateIndex(MOVIES, { uid: FILMS }),
        client.index(FILMS).addDocuments([{ id: "after" }]),
      ];
      await client.tasks.waitForTasks(await Promise.all(calls));
      const ids = async (uid: string) => (await client.index(uid).search("")).hits.map(({ id }) => id as string).sort();
      expect(await ids(BOOKS)).toEqual(["before"]);
      expect(await ids(FILMS)).toEqual(["after", "between"]);
    });
  });
}
