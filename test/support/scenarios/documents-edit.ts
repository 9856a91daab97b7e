import { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import { RESERVED_VERSION } from "../../../src/routing/reserved.ts";
import { decodeStamp } from "../../../src/routing/stamp.ts";
import type { TestCluster } from "../cluster.ts";
import type { Environment } from "../environment.ts";

const UID = "scenario_books";
/** The same documents on one server, past miroir. */
const ALONE = "scenario_alone";

const BOOKS = Array.from({ length: 60 }, (_, id) => ({ id, title: `Book ${id}`, year: 1960 + id, tags: ["a"] }));

type Raw = Record<string, unknown>;

/** What edits do, whatever the number of nodes. */
const EDITS: readonly { readonly what: string; readonly function: string; readonly filter?: string; context?: Raw }[] =
  [
    { what: "changes every document", function: "doc.title = doc.title.to_upper()" },
    { what: "changes those that a filter leaves", function: "doc.old = true", filter: "year < 1985" },
    { what: "reads the context", function: "doc.shelf = context.shelf", context: { shelf: "A3" } },
    { what: "deletes", function: "if doc.year > 2000 { doc = () }" },
    { what: "changes nothing", function: "doc.year = doc.year" },
    { what: "sees no fields that users do not", function: "doc.names = doc.keys(); doc.count = doc.len();" },
    { what: "replaces the document", function: "doc = #{id: doc.id, only: `this`};" },
    { what: "returns early", function: 'if doc.year < 1990 { return; }\ndoc.late = "yes"; // "quoted"' },
    { what: "ends in a comment", function: "doc.a = 1; // end" },
    { what: "fails on a document", function: "doc.b = 1;\ndoc.c = nothing()" },
    { what: "fails after it may have returned", function: "if doc.id < 0 { return }\ndoc.c = nothing()" },
    { what: "changes the primary key", function: "doc.id = 1" },
    { what: "makes something else of a document", function: "doc = 5" },
    { what: "names an attribute that cannot be filtered by", function: "doc.a = 1", filter: "title = x" },
    { what: "finds no document", function: "doc.a = 1", filter: "year = 1" },
  ];

async function allowEdits({ directs }: TestCluster): Promise<void> {
  await Promise.all(directs.map((direct) => direct.updateExperimentalFeatures({ editDocumentsByFunction: true })));
}

async function documentsOf(client: Meilisearch, uid: string): Promise<Raw[]> {
  const { results } = await client.index(uid).getDocuments({ limit: 1000 });
  return results.sort((a, b) => Number(a["id"]) - Number(b["id"]));
}

/** What a user sees of an edit: the task, and the documents afterwards. */
async function outcome(client: Meilisearch, uid: string, edit: Raw) {
  const task = await client.tasks.waitForTask(await client.index(uid).updateDocumentsByFunction(edit as never));
  const { status, type, details, error } = task;
  const message = error?.message.replaceAll(uid, UID);
  return { status, type, details, code: error?.code, message, documents: await documentsOf(client, uid) };
}

/** Edits by function, compared with the same edit on one server. */
export function documentsEditScenarios({ name, open }: Environment): void {
  const filled = async (shape: Parameters<typeof open>[0] = {}) => {
    const cluster = await open(shape);
    await allowEdits(cluster);
    await cluster.client.index(UID).updateFilterableAttributes(["year"]).waitTask();
    await cluster.client.index(UID).addDocuments(BOOKS, { primaryKey: "id" }).waitTask();
    return cluster;
  };

  describe(`editing documents by function over ${name}`, () => {
    it.each([1, 2])("does what one server does, with %i replicas", async (replicationFactor) => {
      const cluster = await filled({ replicationFactor });
      const [alone = new Meilisearch({ host: "" })] = cluster.directs;
      await alone.index(ALONE).updateFilterableAttributes(["year"]).waitTask();
      for (const { what, ...edit } of EDITS) {
        await Promise.all([
          cluster.client.index(UID).addDocuments(BOOKS).waitTask(),
          alone.index(ALONE).addDocuments(BOOKS, { primaryKey: "id" }).waitTask(),
        ]);
        const expected = await outcome(alone, ALONE, edit);
        expect({ what, ...(await outcome(cluster.client, UID, edit)) }).toEqual({ what, ...expected });
      }
    });

    it("keeps tags and gives the changed documents alone a new stamp, the same on every replica", async () => {
      const cluster = await filled({ replicationFactor: 2 });
      const before = await copies(cluster);
      const edit = { function: "if doc.year < 1990 { doc.old = true }" };
      await cluster.client.tasks.waitForTask(await cluster.client.index(UID).updateDocumentsByFunction(edit));
      const after = await copies(cluster);
      for (const { id, year } of BOOKS) {
        const [one, other, ...more] = after.get(id) ?? [];
        const [old] = before.get(id) ?? [];
        expect(more).toEqual([]);
        expect(other).toEqual(one);
        expect(one?.["_miroir_shard"]).toEqual(old?.["_miroir_shard"]);
        const [stamp, oldStamp] = [String(one?.[RESERVED_VERSION]), String(old?.[RESERVED_VERSION])];
        if (year >= 1990) expect(stamp).toBe(oldStamp);
        else {
          expect(stamp > oldStamp).toBe(true);
          expect(decodeStamp(stamp).derived).toBe(true);
        }
      }
    });

    it("orders edits with the writes before and after them", async () => {
      const { client } = await filled();
      const index = client.index(UID);
      void index.addDocuments([{ id: 500, n: 1 }]);
      const edit = { function: "if doc.id == 500 { doc.n += 1 }" };
      void index.updateDocumentsByFunction(edit);
      void index.updateDocuments([{ id: 500, m: 1 }]);
      await client.tasks.waitForTask(await index.updateDocumentsByFunction(edit));
      expect(await index.getDocument(500)).toEqual({ id: 500, n: 3, m: 1 });
    });

    it("refuses what a server refuses before it takes the task, in its words, and changes nothing", async () => {
      const cluster = await filled();
      const { client } = cluster;
      const [alone = client] = cluster.directs;
      await alone.index(ALONE).addDocuments(BOOKS).waitTask();
      const bodies: Raw[] = [
        { function: "doc.title = " },
        { filter: "year = 1987" },
        { function: "doc.a = 1", context: 3 },
        { function: "doc.a = 1", filter: "year <" },
        { function: "doc.a = 1", func: 1 },
        { function: 7 },
      ];
      for (const body of bodies) {
        const refusal = (of: Meilisearch, uid: string) =>
          of
            .index(uid)
            .updateDocumentsByFunction(body as never)
            .then(
              () => "accepted",
              ({ cause, response }) => ({
                ...cause,
                message: cause.message.replaceAll(uid, UID),
                status: response.status,
              }),
            );
        expect(await refusal(client, UID)).toEqual(await refusal(alone, ALONE));
      }
      expect(await documentsOf(client, UID)).toEqual(BOOKS);
    });

    it("says in the task that the index is missing", async () => {
      const cluster = await filled();
      const { client } = cluster;
      const task = await client.tasks.waitForTask(
        await client.index("scenario_nothing").updateDocumentsByFunction({ function: "doc.a = 1" }),
      );
      expect(task).toMatchObject({
        status: "failed",
        type: "documentEdition",
        details: { editedDocuments: 0, deletedDocuments: null, function: "doc.a = 1", context: null },
        error: { code: "index_not_found" },
      });
    });

    it("refuses functions that could lose miroir's fields", async () => {
      const { client } = await filled();
      const index = client.index(UID);
      for (const script of ["if doc.id == 1 { exit() }", 'eval("doc.a = 1")']) {
        await expect(index.updateDocumentsByFunction({ function: script })).rejects.toMatchObject({
          cause: { code: "miroir_not_supported" },
        });
      }
      expect(await documentsOf(client, UID)).toEqual(BOOKS);
    });
  });
}

/** Every copy that the nodes hold, by id. */
async function copies({ directs }: TestCluster): Promise<Map<number, Raw[]>> {
  const byId = new Map<number, Raw[]>();
  for (const direct of directs) {
    for (const document of await documentsOf(direct, UID)) {
      const id = Number(document["id"]);
      byId.set(id, [...(byId.get(id) ?? []), document]);
    }
  }
  return byId;
}
