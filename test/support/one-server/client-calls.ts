import type { Key, Meilisearch, SearchRuleUpdatePayload } from "meilisearch";
import type { Call } from "./pair.ts";
import { documentsOf, finished } from "./views.ts";

const KEY = { uid: "0c0ffee0-a5aa-4414-ac91-ecd7944c0f8d", actions: ["search"], indexes: ["movies"], expiresAt: null };

/** The keys that servers begin with have uids of their own. */
function withoutOwnUids({ results, ...rest }: { results: Key[] }): unknown {
  const isOwn = ({ name }: Key) => /^Default/.test(name ?? "");
  return { ...rest, results: results.map((key) => (isOwn(key) ? { ...key, uid: "", key: "" } : key)) };
}

async function listed(client: Meilisearch): Promise<unknown> {
  return (await client.getRawIndexes()).results;
}

const RULES = { dynamicSearchRules: true };

/** A rule that pins one film before those that it would come after. */
function rule(id: string, position: number): SearchRuleUpdatePayload {
  return { actions: [{ selector: { indexUid: "movies", id }, action: { type: "pin", position } }] };
}

async function pinned(client: Meilisearch): Promise<unknown> {
  return (await client.index("movies").search("", { limit: 5, sort: ["year:asc"] })).hits;
}

/** What is called of each method of the client that is exact. */
export const CLIENT_CALLS: Readonly<Record<string, readonly Call[]>> = {
  index: [async (client) => client.index("movies")],
  chat: [async (client) => Object.getOwnPropertyNames(Object.getPrototypeOf(client.chat("support")))],
  getIndex: [(client) => client.getIndex("movies"), (client) => client.getIndex("nothing")],
  getRawIndex: [(client) => client.getRawIndex("movies"), (client) => client.getRawIndex("not a uid")],
  getIndexes: [(client) => client.getIndexes(), (client) => client.getIndexes({ offset: 1, limit: 1 })],
  getRawIndexes: [
    (client) => client.getRawIndexes(),
    (client) => client.getRawIndexes({ offset: 2, limit: 5 }),
    (client) => client.getRawIndexes({ limit: -1 }),
  ],
  createIndex: [
    (client) => finished(client.createIndex("new", { primaryKey: "isbn" })),
    (client) => finished(client.createIndex("new")),
    (client) => finished(client.createIndex("not a uid")),
    listed,
  ],
  updateIndex: [
    (client) => finished(client.updateIndex("shelf", { primaryKey: "ean" })),
    (client) => finished(client.updateIndex("movies", { primaryKey: "year" })),
    (client) => finished(client.updateIndex("nothing", { primaryKey: "id" })),
    (client) => finished(client.updateIndex("movies", { uid: "films" } as never)),
    listed,
    (client) => client.index("films").getDocument(3),
  ],
  deleteIndex: [
    (client) => finished(client.deleteIndex("movies")),
    (client) => finished(client.deleteIndex("movies")),
    listed,
  ],
  deleteIndexIfExists: [
    (client) => client.deleteIndexIfExists("movies"),
    (client) => client.deleteIndexIfExists("nothing"),
  ],
  health: [(client) => client.health()],
  isHealthy: [(client) => client.isHealthy()],
  getVersion: [(client) => client.getVersion()],
  swapIndexes: [
    (client) => finished(client.swapIndexes([{ indexes: ["movies", "shelf"], rename: false }])),
    listed,
    (client) => documentsOf(client, "shelf"),
    (client) => finished(client.swapIndexes([{ indexes: ["shelf", "elsewhere"], rename: true }])),
    listed,
    (client) => finished(client.swapIndexes([{ indexes: ["movies", "nothing"], rename: false }])),
    (client) => finished(client.swapIndexes([{ indexes: ["movies", "movies"], rename: false }])),
  ],
  multiSearch: [
    (client) =>
      client.multiSearch({
        queries: [
          { indexUid: "movies", q: "life", limit: 3, facets: ["genre"] },
          { indexUid: "shelf", q: "", hitsPerPage: 2 },
        ],
      }),
    (client) => client.multiSearch({ queries: [{ indexUid: "movies", q: "x" }, { indexUid: "nothing" }] }),
    (client) =>
      client.multiSearch({
        federation: { limit: 5, facetsByIndex: { movies: ["genre"] } },
        queries: [{ indexUid: "movies", q: "life", filter: "year > 1970", sort: ["year:asc"] }],
      }),
  ],
  getDynamicSearchRules: [
    (client) => client.updateExperimentalFeatures(RULES),
    (client) => client.getDynamicSearchRules(),
    (client) => finished(client.updateDynamicSearchRule("first", rule("3", 0))),
    (client) => finished(client.updateDynamicSearchRule("second", { ...rule("4", 1), active: false })),
    (client) => client.getDynamicSearchRules(),
    (client) => client.getDynamicSearchRules({ offset: 1, limit: 1, filter: { active: true } }),
    (client) => client.getDynamicSearchRules({ limit: -1 }),
  ],
  getDynamicSearchRule: [
    (client) => client.updateExperimentalFeatures(RULES),
    (client) => client.getDynamicSearchRule("first"),
    (client) => finished(client.updateDynamicSearchRule("first", { ...rule("3", 0), description: "a film" })),
    (client) => client.getDynamicSearchRule("first"),
  ],
  updateDynamicSearchRule: [
    (client) => client.updateExperimentalFeatures(RULES),
    (client) => finished(client.updateDynamicSearchRule("first", { ...rule("3", 2), precedence: 4 })),
    pinned,
    (client) => finished(client.updateDynamicSearchRule("first", { precedence: null, active: false })),
    pinned,
    (client) => finished(client.updateDynamicSearchRule("first", rule("3", -1))),
    (client) => client.getDynamicSearchRule("first"),
  ],
  deleteDynamicSearchRule: [
    (client) => client.updateExperimentalFeatures(RULES),
    (client) => finished(client.updateDynamicSearchRule("first", rule("3", 0))),
    (client) => finished(client.deleteDynamicSearchRule("first")),
    (client) => finished(client.deleteDynamicSearchRule("first")),
    pinned,
  ],
  deleteAllDynamicSearchRules: [
    (client) => client.updateExperimentalFeatures(RULES),
    (client) => finished(client.updateDynamicSearchRule("first", rule("3", 0))),
    (client) => finished(client.deleteAllDynamicSearchRules()),
    (client) => client.getDynamicSearchRules(),
    pinned,
  ],
  getKeys: [
    async (client) => withoutOwnUids(await client.getKeys()),
    async (client) => withoutOwnUids(await client.getKeys({ offset: 1, limit: 2 })),
    (client) => client.getKeys({ limit: -1 }),
  ],
  getKey: [(client) => client.createKey(KEY), (client) => client.getKey(KEY.uid), (client) => client.getKey("nobody")],
  createKey: [
    (client) => client.createKey({ ...KEY, name: "ours", description: "searches" }),
    (client) => client.createKey(KEY),
    (client) => client.createKey({ ...KEY, actions: ["sing"] } as never),
  ],
  updateKey: [
    (client) => client.createKey(KEY),
    (client) => client.updateKey(KEY.uid, { name: "another", description: "another" }),
    (client) => client.updateKey(KEY.uid, { actions: ["*"] } as never),
    (client) => client.getKey(KEY.uid),
  ],
  deleteKey: [
    (client) => client.createKey(KEY),
    (client) => client.deleteKey(KEY.uid),
    (client) => client.deleteKey(KEY.uid),
    async (client) => (await client.getKeys()).total,
  ],
  createDump: [(client) => finished(client.createDump())],
  createSnapshot: [(client) => finished(client.createSnapshot())],
  getExperimentalFeatures: [(client) => client.getExperimentalFeatures()],
  updateExperimentalFeatures: [
    (client) => client.updateExperimentalFeatures({ metrics: true, containsFilter: true }),
    (client) => client.updateExperimentalFeatures({ metrics: "yes" } as never),
    (client) => client.updateExperimentalFeatures({ sing: true } as never),
    (client) => client.getExperimentalFeatures(),
  ],
};
