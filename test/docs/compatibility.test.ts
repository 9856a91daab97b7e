import { existsSync } from "node:fs";
import * as official from "meilisearch";
import { describe, expect, it } from "vitest";
import { MiroirError } from "../../src/index.ts";
import { startCluster } from "../support/cluster.ts";
import { type CompatibilityRow, compatibilityRows } from "../support/compatibility-table.ts";
import { fieldsOfType } from "../support/declared-fields.ts";

/** Whether the cluster answered, in whatever way, or refused by name. */
type Outcome = "served" | "refused";

/** Arguments with which a method can be called without harm, where a text alone would not do. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  createIndex: ["other"],
  getIndexes: [{}],
  getRawIndexes: [{}],
  swapIndexes: [[{ indexes: ["movies", "other"] }]],
  multiSearch: [{ queries: [{ indexUid: "movies", q: "x" }] }],
  createKey: [{ actions: ["search"], indexes: ["*"], expiresAt: null }],
  initializeNetwork: [{ self: "a", remotes: { a: { url: "http://a" } }, shards: { s: { remotes: ["a"] } } }],
  updateIndex: ["movies", { primaryKey: "id" }],
  update: [{ primaryKey: "id" }],
  search: ["x"],
  searchGet: ["x"],
  searchForFacetValues: [{ facetName: "genre" }],
  searchSimilarDocuments: [{ id: 1, embedder: "x" }],
  getDocuments: [{}],
  getDocument: [1],
  addDocuments: [[{ id: 1 }]],
  addDocumentsInBatches: [[{ id: 1 }]],
  updateDocuments: [[{ id: 1 }]],
  updateDocumentsInBatches: [[{ id: 1 }]],
  addDocumentsFromString: ['[{"id":1}]', "application/json"],
  updateDocumentsFromString: ['[{"id":1}]', "application/json"],
  deleteDocument: [99],
  deleteDocuments: [["99"]],
  updateDocumentsByFunction: [{ function: "doc.a = 1" }],
  getTasks: [{}],
  waitForTasks: [[]],
  waitForTasksIter: [[]],
  cancelTasks: [{ uids: [1] }],
  deleteTasks: [{ uids: [1] }],
  getBatches: [{}],
  getFields: [{}],
  streamCompletion: [{ model: "m", messages: [], stream: true }],
};

/** Values for the update of each setting; null resets it, which every one of them takes. */
function argumentsFor(name: string): readonly unknown[] {
  if (ARGUMENTS[name] !== undefined) return ARGUMENTS[name];
  return name.startsWith("update") ? [{}, {}] : ["movies", {}];
}

/** A value of each search parameter's type. */
const VALUES: Readonly<Record<string, unknown>> = {
  q: "x",
  offset: 0,
  limit: 1,
  filter: "id = 1",
  sort: ["id:asc"],
  facets: ["*"],
  attributesToRetrieve: ["id"],
  attributesToHighlight: ["*"],
  highlightPreTag: "<b>",
  highlightPostTag: "</b>",
  attributesToCrop: ["*"],
  cropLength: 1,
  cropMarker: "-",
  showMatchesPosition: true,
  matchingStrategy: "frequency",
  hitsPerPage: 1,
  page: 1,
  facetName: "id",
  facetQuery: "1",
  vector: [1],
  showRankingScore: true,
  showRankingScoreDetails: true,
  rankingScoreThreshold: 0.1,
  attributesToSearchOn: ["id"],
  hybrid: { embedder: "x" },
  distinct: "id",
  retrieveVectors: true,
  locales: ["fra"],
  media: { image: { url: "x" } },
  showPerformanceDetails: true,
  personalize: { userContext: "x" },
};

/** Names of the methods that an object's class gives it. */
function methodsOf(object: object): string[] {
  const prototype = Object.getPrototypeOf(object) as object;
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== "constructor" && typeof value === "function")
    .map(([name]) => name);
}

async function outcomeOf(call: () => unknown): Promise<Outcome> {
  try {
    const result: unknown = call();
    if (Array.isArray(result)) await Promise.all(result);
    else await result;
    return "served";
  } catch (error) {
    if (error instanceof MiroirError && error.code === "miroir_not_supported") {
      expect(error.message).toMatch(/is not served over many nodes\. .+\.$/);
      return "refused";
    }
    if (error instanceof official.MeilisearchApiError) return "served"; // judged by the cluster, and found wrong
    throw error;
  }
}

function callMethod(object: object, name: string): Promise<Outcome> {
  const method = (object as Record<string, (...args: readonly unknown[]) => unknown>)[name];
  if (method === undefined) throw new Error(`there is no method ${name}()`);
  return outcomeOf(() => method.apply(object, [...argumentsFor(name)]));
}

async function startClient() {
  const { client } = await startCluster({ settings: { readTimeoutMs: 2000 } });
  await client
    .index("movies")
    .addDocuments([{ id: 1 }], { primaryKey: "id" })
    .waitTask();
  return client;
}

/** The classes of the official client, and how to get one of each from a client. */
const CLASSES: readonly { readonly section: string; of(client: official.Meilisearch): object }[] = [
  { section: "Meilisearch", of: (client) => client },
  { section: "Index", of: (client) => client.index("movies") },
  { section: "TaskClient", of: (client) => client.tasks },
  { section: "BatchClient", of: (client) => client.batches },
  { section: "ChatWorkspace", of: (client) => client.chat("support") },
];

const VERDICTS = ["exact", "approximate", "refused"];

/** A row that is exact names a test, which is there; every other row says why it is not. */
function expectBacked({ name, verdict, note, test = "" }: CompatibilityRow): void {
  expect(VERDICTS, name).toContain(verdict);
  if (verdict === "exact") expect(existsSync(test), `the test that ${name} names: ${test}`).toBe(true);
  else expect(note, `why ${name} is ${verdict}`).not.toBe("");
}

describe("docs/compatibility.md", () => {
  for (const { section, of } of CLASSES) {
    const rows = compatibilityRows(section);

    it(`has one row for every method of ${section} in the installed client, and none for others`, () => {
      const names = methodsOf(of(new official.Meilisearch({ host: "http://127.0.0.1:1" })));
      expect(names.length).toBeGreaterThan(1);
      expect(rows.map(({ name }) => name).sort()).toEqual(names.sort());
    });

    it(`says of every method of ${section} what a cluster does with it`, async () => {
      const own = of(await startClient());
      for (const row of rows) {
        expectBacked(row);
        const { name, verdict } = row;
        const expected = verdict === "refused" ? "refused" : "served";
        expect(await callMethod(own, name), `${section}.${name}()`).toBe(expected);
      }
    });
  }

  const parameters = compatibilityRows("Search parameters");

  it("has one row for every search parameter that the installed client declares, and none for others", () => {
    const declared = fieldsOfType("meilisearch", "SearchParams");
    expect(declared.length).toBeGreaterThan(20);
    expect(parameters.map(({ name }) => name).sort()).toEqual(declared.sort());
  });

  it("says of every search parameter what a cluster does with it, by POST and by GET", async () => {
    const index = (await startClient()).index("movies");
    for (const row of parameters) {
      expectBacked(row);
      const { name, verdict } = row;
      const options = { [name]: VALUES[name] } as official.SearchParams;
      const expected = verdict === "refused" ? "refused" : "served";
      expect(VALUES, name).toHaveProperty(name);
      expect(await outcomeOf(() => index.search("x", options)), name).toBe(expected);
      expect(await outcomeOf(() => index.searchGet("x", options)), `${name} by GET`).toBe(expected);
    }
  });
});
