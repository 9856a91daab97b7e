import * as official from "meilisearch";
import { describe, expect, it } from "vitest";
import * as miroir from "../../src/index.ts";
import { startCluster } from "../support/cluster.ts";

type Verdict = "served" | "refused" | "local";

/**
 * What becomes of every method of the official client over many nodes: `served` reaches the cluster, `refused` throws
 * `miroir_not_supported`, `local` sends nothing. A method that a new client brings must be entered here by hand.
 */
const CLIENT: Readonly<Record<string, Verdict>> = {
  index: "local",
  chat: "local",
  getIndex: "served",
  getRawIndex: "served",
  getIndexes: "served",
  getRawIndexes: "served",
  createIndex: "served",
  updateIndex: "served",
  deleteIndex: "served",
  deleteIndexIfExists: "served",
  health: "served",
  isHealthy: "served",
  getStats: "served",
  getVersion: "served",
  swapIndexes: "refused",
  multiSearch: "refused",
  getChatWorkspaces: "refused",
  getChatWorkspace: "refused",
  deleteChatWorkspace: "refused",
  getDynamicSearchRules: "refused",
  getDynamicSearchRule: "refused",
  updateDynamicSearchRule: "refused",
  deleteDynamicSearchRule: "refused",
  deleteAllDynamicSearchRules: "refused",
  getWebhooks: "refused",
  getWebhook: "refused",
  createWebhook: "refused",
  updateWebhook: "refused",
  deleteWebhook: "refused",
  getNetwork: "refused",
  updateNetwork: "refused",
  initializeNetwork: "refused",
  addRemote: "refused",
  removeRemote: "refused",
  addRemotesToShard: "refused",
  removeRemotesFromShard: "refused",
  getKeys: "refused",
  getKey: "refused",
  createKey: "refused",
  updateKey: "refused",
  deleteKey: "refused",
  createDump: "refused",
  createSnapshot: "refused",
  renderTemplate: "refused",
  getExperimentalFeatures: "refused",
  updateExperimentalFeatures: "refused",
};

const SETTINGS = [
  ...["Settings", "Pagination", "Synonyms", "StopWords", "RankingRules", "DistinctAttribute", "FilterableAttributes"],
  ...["SortableAttributes", "SearchableAttributes", "DisplayedAttributes", "TypoTolerance", "Faceting"],
  ...["SeparatorTokens", "NonSeparatorTokens", "Dictionary", "ProximityPrecision", "Embedders", "SearchCutoffMs"],
  ...["LocalizedAttributes", "FacetSearch", "PrefixSearch"],
];

const INDEX: Readonly<Record<string, Verdict>> = {
  ...Object.fromEntries(
    SETTINGS.flatMap((name) => ["get", "update", "reset"].map((verb) => [`${verb}${name}`, "served" as const])),
  ),
  search: "served",
  searchGet: "served",
  getRawInfo: "served",
  fetchInfo: "served",
  fetchPrimaryKey: "served",
  update: "served",
  delete: "served",
  getStats: "served",
  getDocuments: "served",
  getDocument: "served",
  addDocuments: "served",
  addDocumentsFromString: "served",
  addDocumentsInBatches: "served",
  updateDocuments: "served",
  updateDocumentsInBatches: "served",
  updateDocumentsFromString: "served",
  deleteDocument: "served",
  deleteDocuments: "served",
  deleteAllDocuments: "served",
  searchForFacetValues: "refused",
  searchSimilarDocuments: "refused",
  compact: "refused",
  updateDocumentsByFunction: "refused",
  getForeignKeys: "refused",
  updateForeignKeys: "refused",
  resetForeignKeys: "refused",
  getChat: "refused",
  updateChat: "refused",
  getFields: "refused",
};

const TASKS: Readonly<Record<string, Verdict>> = {
  getTask: "served",
  getTasks: "served",
  waitForTask: "served",
  waitForTasks: "served",
  waitForTasksIter: "served",
  getTaskDocuments: "refused",
  cancelTasks: "refused",
  deleteTasks: "refused",
};

const BATCHES: Readonly<Record<string, Verdict>> = { getBatch: "refused", getBatches: "refused" };

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
};

/** Values for the update of each setting; null resets it, which every one of them takes. */
function argumentsFor(name: string): readonly unknown[] {
  if (ARGUMENTS[name] !== undefined) return ARGUMENTS[name];
  return name.startsWith("update") ? [{}, {}] : ["movies", {}];
}

/** Names of the methods that an object's class gives it. */
function methodsOf(object: object): string[] {
  const prototype = Object.getPrototypeOf(object) as object;
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== "constructor" && typeof value === "function")
    .map(([name]) => name);
}

/** Calls a method and tells how it ended: with an answer of any kind, or refused by miroir. */
async function verdictOn(object: object, name: string): Promise<Verdict> {
  const method = (object as Record<string, (...args: readonly unknown[]) => unknown>)[name];
  if (method === undefined) throw new Error(`there is no method ${name}()`);
  try {
    const result: unknown = method.apply(object, [...argumentsFor(name)]);
    if (Array.isArray(result)) await Promise.all(result);
    else await result;
    return "served";
  } catch (error) {
    if ((error as miroir.MiroirError).code === "miroir_not_supported") {
      expect((error as Error).message).toMatch(/is not served over many nodes\. .+\.$/);
      return "refused";
    }
    if (error instanceof official.MeilisearchApiError) return "served"; // judged by the cluster, and found wrong
    throw error;
  }
}

async function objects() {
  const { client } = await startCluster({ settings: { readTimeoutMs: 2000 } });
  await client
    .index("movies")
    .addDocuments([{ id: 1 }], { primaryKey: "id" })
    .waitTask();
  const bare = new official.Meilisearch({ host: "http://127.0.0.1:1" });
  return [
    { what: "client", table: CLIENT, own: client, theirs: bare },
    { what: "index", table: INDEX, own: client.index("movies"), theirs: bare.index("movies") },
    { what: "tasks", table: TASKS, own: client.tasks, theirs: bare.tasks },
    { what: "batches", table: BATCHES, own: client.batches, theirs: bare.batches },
  ];
}

describe("the official client's methods over many nodes", () => {
  it("are all known: each is served, or refused by name", async () => {
    for (const { table, own, theirs } of await objects()) {
      const names = methodsOf(theirs);
      expect(names.length).toBeGreaterThan(1);
      expect(Object.keys(table).sort()).toEqual(names.sort());
      for (const name of names) expect(own).toHaveProperty(name);
    }
  });

  it("do what the table says", async () => {
    for (const { what, table, own } of await objects()) {
      for (const [name, expected] of Object.entries(table)) {
        if (expected === "local") continue;
        expect(await verdictOn(own, name), `${what}.${name}()`).toBe(expected);
      }
    }
  });

  it("refuse chats, whose settings and answers belong to one server", async () => {
    const { client } = await startCluster();
    const chat = client.chat("support");
    for (const call of [() => chat.get(), () => chat.update({}), () => chat.reset()]) {
      await expect(call()).rejects.toMatchObject({ code: "miroir_not_supported" });
    }
    await expect(chat.streamCompletion({ model: "m", messages: [], stream: true } as never)).rejects.toMatchObject({
      code: "miroir_not_supported",
    });
  });

  it("refuse search parameters whose answers cannot be merged", async () => {
    const { client } = await startCluster();
    await client.createIndex("movies").waitTask();
    for (const options of [{ hybrid: { embedder: "x" } }, { vector: [1] }, { personalize: { userContext: "x" } }]) {
      await expect(client.index("movies").search("x", options as never)).rejects.toMatchObject({
        code: "miroir_not_supported",
      });
    }
  });

  it("are never sent to a single node past the cluster by an index made by hand", () => {
    const config = { nodes: ["http://127.0.0.1:1"], host: "http://127.0.0.1:1" };
    expect(() => new miroir.Index(config, "movies")).toThrow("client.index()");
    expect(() => miroir.Index.create("movies", {}, config)).toThrow("client.createIndex()");
  });
});

describe("the package", () => {
  it("exports every name of the official one", () => {
    for (const name of Object.keys(official)) expect(miroir).toHaveProperty(name);
    expect(miroir.Meilisearch).toBe(miroir.MiroirClient);
    expect(miroir.MeilisearchApiError).toBe(official.MeilisearchApiError);
  });

  it("makes clients and errors that are instances of the official classes", async () => {
    const { client } = await startCluster();
    expect(client).toBeInstanceOf(official.Meilisearch);
    expect(client.index("movies")).toBeInstanceOf(official.Index);
    await expect(client.getIndex("movies")).rejects.toBeInstanceOf(official.MeilisearchApiError);
    await expect(client.getKeys()).rejects.toBeInstanceOf(official.MeilisearchApiError);
  });

  it("passes every call of a client with one host through untouched", async () => {
    const { nodes } = await startCluster({ nodes: 1 });
    const config = { host: nodes[0]?.url ?? "", apiKey: "masterKey", defaultWaitOptions: { interval: 5 } };
    const own = new miroir.Meilisearch(config);
    const theirs = new official.Meilisearch(config);
    await own
      .index("movies")
      .addDocuments([{ id: 1, title: "Alien" }])
      .waitTask();
    const answer = await own.index("movies").search("alien");
    expect(answer.hits).toEqual((await theirs.index("movies").search("alien")).hits);
    expect(miroir.metaOf(answer)).toBeUndefined();
    expect(await own.getKeys()).toEqual(await theirs.getKeys());
    await expect(own.multiSearch({ queries: [{ indexUid: "movies", q: "alien" }] })).resolves.toMatchObject({
      results: [{ hits: [{ id: 1 }] }],
    });
    const { taskUid } = await own.index("movies").addDocuments([{ id: 2 }]);
    expect(taskUid).toBeLessThan(1000);
  });
});
