import { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { Environment } from "../environment.ts";

const UID = "scenario_forms";
/** The same calls on one server, past miroir. */
const ALONE = "scenario_forms_alone";

type Index = ReturnType<Meilisearch["index"]>;
type Call = (index: Index) => ReturnType<Index["addDocuments"]>;

const PEOPLE = Array.from({ length: 30 }, (_, id) => ({ id, name: `n${id}`, age: (id * 7) % 40, tags: ["x", id] }));

/** Every form in which documents are written, good and bad, in the order of one index's life. */
const CALLS: readonly (readonly [what: string, call: Call])[] = [
  ["documents without a primary key to guess", (index) => index.addDocuments([{ name: "no key" }])],
  ["documents with two candidates", (index) => index.addDocuments([{ aid: 1, bid: 2 }])],
  ["documents with a primary key", (index) => index.addDocuments(PEOPLE, { primaryKey: "id" })],
  ["documents with another primary key", (index) => index.addDocuments([{ name: "x" }], { primaryKey: "name" })],
  ["an id of other characters", (index) => index.addDocuments([{ id: 900 }, { id: "a b" }])],
  ["a document without the id", (index) => index.addDocuments([{ id: 901 }, { name: "none" }])],
  ["a number with a fraction as id", (index) => index.addDocuments([{ id: 1.5 }])],
  ["no document at all", (index) => index.addDocuments([])],
  [
    "one document twice",
    (index) =>
      index.addDocuments([
        { id: 1, a: 1 },
        { id: "1", b: 2 },
      ]),
  ],
  [
    "one partial update twice",
    (index) =>
      index.updateDocuments([
        { id: 2, a: 1 },
        { id: 2, b: 2 },
      ]),
  ],
  [
    "updates of new and old documents",
    (index) =>
      index.updateDocuments([
        { id: 3, a: null },
        { id: 300, a: 1 },
      ]),
  ],
  [
    "updates that may not create",
    (index) => index.updateDocuments([{ id: 4, a: 4 }, { id: 400 }], { skipCreation: true }),
  ],
  [
    "replacements that may not create",
    (index) => index.addDocuments([{ id: 5, a: 5 }, { id: 500 }], { skipCreation: true }),
  ],
  ["metadata", (index) => index.addDocuments([{ id: 6 }], { customMetadata: "mine: ü, miroir:7" })],
  ["metadata of a partial update", (index) => index.updateDocuments([{ id: 6, m: 1 }], { customMetadata: "again" })],
  ["one object as JSON", (index) => index.addDocumentsFromString('{"id":7,"n":1.50}', "application/json")],
  ["a list as JSON", (index) => index.updateDocumentsFromString('[{"id":7,"m":[]}]', "application/json")],
  ["NDJSON", (index) => index.addDocumentsFromString('{"id":8}\n\n{"id":9,"x":"y"}', "application/x-ndjson")],
  ["NDJSON updates", (index) => index.updateDocumentsFromString('{"id":8,"z":true}', "application/x-ndjson")],
  [
    "CSV with types",
    (index) => index.addDocumentsFromString('id:number,name,ok:boolean\n10,"a,b",true\n11,,\n', "text/csv"),
  ],
  [
    "CSV with a delimiter",
    (index) => index.addDocumentsFromString("id|name\nz|y\n", "text/csv", { csvDelimiter: "|" }),
  ],
  ["CSV updates", (index) => index.updateDocumentsFromString("id,extra\n12,e\n", "text/csv")],
  ["a CSV number that is none", (index) => index.addDocumentsFromString("id:number\nabc\n", "text/csv")],
  ["JSON that is cut off", (index) => index.addDocumentsFromString('[{"id":1}', "application/json")],
  ["an empty text", (index) => index.addDocumentsFromString("", "application/json")],
  ["a position that is none", (index) => index.addDocuments([{ id: 13, _geo: { lat: "x", lng: 1 } }])],
  ["deletion by id", (index) => index.deleteDocument(14)],
  ["deletion of an id that nobody has", (index) => index.deleteDocument("nobody", { customMetadata: "gone" })],
  ["deletion by ids", (index) => index.deleteDocuments([15, "16", 15, "nobody"] as never)],
  ["deletion of nothing", (index) => index.deleteDocuments([])],
  ["deletion by filter", (index) => index.deleteDocuments({ filter: "age > 30" }, { customMetadata: "old" })],
  ["deletion by a list of filters", (index) => index.deleteDocuments({ filter: [["age = 1", "age = 2"], "age < 9"] })],
  ["deletion by a filter that fails", (index) => index.deleteDocuments({ filter: "name = n1" })],
  ["deletion by an empty filter", (index) => index.deleteDocuments({ filter: "" })],
  ["deletion by a broken filter", (index) => index.deleteDocuments({ filter: "age >" })],
  ["deletion of everything", (index) => index.deleteAllDocuments()],
  ["deletion of everything again", (index) => index.deleteAllDocuments()],
];

/** What a user sees of a write: the task or the refusal, and the documents afterwards. */
async function outcome(client: Meilisearch, uid: string, call: Call) {
  const named = (text: string | undefined) => text?.replaceAll(uid, UID);
  const told = await call(client.index(uid))
    .then((enqueued) => client.tasks.waitForTask(enqueued))
    .then(
      ({ status, type, details, error, customMetadata }) => ({
        ...{ status, type, details, customMetadata },
        ...{ code: error?.code, message: named(error?.message) },
      }),
      ({ cause, message }) => ({ refused: cause?.code ?? message, message: named(cause?.message) }),
    );
  const { results, total } = await client
    .index(uid)
    .getDocuments({ limit: 1000 })
    .catch(() => ({ results: [], total: -1 }));
  const documents = results.sort((a, b) => (String(a["id"]) < String(b["id"]) ? -1 : 1));
  return { ...told, documents, total };
}

/** Every way to write documents, compared with the same calls on one server. */
export function documentsFormsScenarios({ name, open }: Environment): void {
  describe(`forms of writing documents over ${name}`, () => {
    it.each([1, 2])("do what one server does, with %i replicas", async (replicationFactor) => {
      const { client, directs } = await open({ replicationFactor });
      const [alone = new Meilisearch({ host: "" })] = directs;
      for (const [each, uid] of [
        [client, UID],
        [alone, ALONE],
      ] as const) {
        await each.createIndex(uid).waitTask();
        await each.index(uid).updateFilterableAttributes(["age"]).waitTask();
      }
      for (const [what, call] of CALLS) {
        const expected = await outcome(alone, ALONE, call);
        expect.soft({ what, ...(await outcome(client, UID, call)) }).toEqual({ what, ...expected });
      }
    });
  });
}
