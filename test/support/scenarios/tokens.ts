import { createHmac } from "node:crypto";
import { Meilisearch, type TokenSearchRules } from "meilisearch";
import { generateTenantToken } from "meilisearch/token";
import { beforeEach, describe, expect, it } from "vitest";
import { type MiroirClient, MiroirError } from "../../../src/index.ts";
import type { TestCluster } from "../cluster.ts";
import type { Environment } from "../environment.ts";

const UID = "scenario_orders";

/** The same documents on one server, in an index that is not the cluster's. */
const ALONE = "scenario_alone";

const ORDERS = Array.from({ length: 60 }, (_, id) => ({
  id,
  title: `order ${id % 7} of ${["ann", "bob", "cid"][id % 3]}`,
  customer: ["ann", "bob", "cid"][id % 3],
  total: (id * 7) % 60,
}));

const SETTINGS = { filterableAttributes: ["customer", "total"], sortableAttributes: ["total"] };

const SEARCHES = [
  { q: "order", limit: 100 },
  { q: "order 3", filter: "total > 20", limit: 100 },
  { q: "", facets: ["customer", "total"], sort: ["total:desc"], limit: 5 },
  { q: "bob", hitsPerPage: 4, page: 2, filter: [["customer = bob", "customer = ann"]], sort: ["total:asc"] },
];

/** Rules of a token for `uid` and what the holder may then see of it. */
const RULES: readonly [what: string, rules: (uid: string) => TokenSearchRules][] = [
  ["a filter", (uid) => ({ [uid]: { filter: "customer = ann" } })],
  ["a filter of lists", (uid) => ({ [uid]: { filter: [["customer = ann", "customer = bob"], "total < 30"] } })],
  ["no filter", (uid) => ({ [uid]: null })],
  ["a filter for all indexes", () => ({ "*": { filter: "customer = cid" } })],
  ["a filter for some indexes and another for this", (uid) => ({ "scenario*": {}, [uid]: { filter: "total = 7" } })],
  ["a list of indexes", (uid) => [uid]],
];

/** What a search found, without times and the order of equals. */
async function outcomeOf(client: Meilisearch, uid: string, search: (typeof SEARCHES)[number]): Promise<unknown> {
  const { q, ...options } = search;
  const {
    processingTimeMs: _,
    requestUid: _uid,
    ...answer
  } = (await client.index(uid).search(q, options)) as never as {
    hits: { id: number; total: number }[];
    processingTimeMs: number;
    requestUid: string;
  };
  const hits = "sort" in options ? answer.hits : [...answer.hits].sort((a, b) => a.id - b.id);
  return { ...answer, hits: hits.map(({ id }) => id) };
}

/** A token for everything that ended long ago, which the official generator refuses to make. */
function endedToken({ key, uid }: { readonly key: string; readonly uid: string }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = part({ alg: "HS256", typ: "JWT" });
  const claims = part({ apiKeyUid: uid, searchRules: ["*"], exp: 1_600_000_000 });
  return `${head}.${claims}.${createHmac("sha256", key).update(`${head}.${claims}`).digest("base64url")}`;
}

async function refusalOf(call: Promise<unknown>): Promise<{ code?: string; message?: string }> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).not.toBeInstanceOf(MiroirError);
  return (error as { cause?: object } | undefined)?.cause ?? {};
}

/** Search keys and tenant tokens, compared with one server that holds all documents. */
export function tokenScenarios({ name, open }: Environment): void {
  describe(`search keys and tenant tokens over ${name}`, () => {
    let cluster: TestCluster;
    let alone: Meilisearch;
    let searchKey: { readonly key: string; readonly uid: string };

    beforeEach(async () => {
      cluster = await open();
      const [direct] = cluster.directs;
      if (direct === undefined) throw new Error("no nodes");
      alone = direct;
      for (const [client, uid] of [
        [cluster.client, UID],
        [alone, ALONE],
      ] as const) {
        await client.index(uid).updateSettings(SETTINGS).waitTask();
        await client.index(uid).addDocuments(ORDERS).waitTask();
      }
      const { results } = await cluster.client.getKeys();
      const found = results.find((key) => key.name === "Default Search API Key");
      if (found === undefined) throw new Error("the default keys were deleted");
      searchKey = found;
    });

    const operatorKey = () => String(cluster.config.apiKey);
    const tokenOf = (searchRules: TokenSearchRules) =>
      generateTenantToken({ apiKey: searchKey.key, apiKeyUid: searchKey.uid, searchRules });
    const officialOf = (apiKey: string) => new Meilisearch({ host: alone.config.host, apiKey });
    const holderOf = (apiKey: string): MiroirClient => cluster.connect({ apiKey, operatorKey: operatorKey() });

    it("lets a client search that holds nothing but a search key", async () => {
      const guest = cluster.connect({ apiKey: searchKey.key });
      for (const search of SEARCHES) {
        expect(await outcomeOf(guest, UID, search)).toEqual(await outcomeOf(officialOf(searchKey.key), ALONE, search));
      }
    });

    it("shows such a client an index that is made later, and nothing that its key does not open", async () => {
      const guest = cluster.connect({ apiKey: searchKey.key });
      expect(await refusalOf(guest.index("scenario_new").search(""))).toMatchObject({ code: "index_not_found" });
      await cluster.client
        .index("scenario_new")
        .addDocuments([{ id: 1 }])
        .waitTask();
      expect((await guest.index("scenario_new").search("")).hits).toEqual([{ id: 1 }]);
      for (const call of [
        (one: Meilisearch, uid: string) => one.index(uid).getDocuments(),
        (one: Meilisearch, uid: string) => one.index(uid).getDocument(1),
        (one: Meilisearch, uid: string) => one.index(uid).addDocuments([{ id: 1 }]),
        (one: Meilisearch, uid: string) => one.index(uid).deleteAllDocuments(),
        (one: Meilisearch, uid: string) => one.index(uid).updateSettings({ stopWords: ["a"] }),
        (one: Meilisearch) => one.getStats(),
        (one: Meilisearch) => one.getKeys(),
        (one: Meilisearch) => one.createIndex("scenario_more"),
        (one: Meilisearch, uid: string) => one.deleteIndex(uid),
        (one: Meilisearch) => one.tasks.getTasks(),
      ]) {
        expect(await refusalOf(call(guest, UID))).toEqual(await refusalOf(call(officialOf(searchKey.key), ALONE)));
      }
      expect((await cluster.client.index(UID).getStats()).numberOfDocuments).toBe(ORDERS.length);
    });

    it("shows the holder of a tenant token what one server shows, whatever the form of its rules", async () => {
      for (const [what, rules] of RULES) {
        const guest = holderOf(await tokenOf(rules(UID)));
        const single = officialOf(await tokenOf(rules(ALONE)));
        for (const search of SEARCHES) {
          expect(await outcomeOf(guest, UID, search), what).toEqual(await outcomeOf(single, ALONE, search));
        }
      }
    });

    it("refuses a tenant token for another index, one that ended, was changed, or cannot write, in the server's words", async () => {
      const other = await tokenOf(["scenario_other"]);
      const ended = endedToken(searchKey);
      const forged = `${(await tokenOf(["*"])).slice(0, -4)}AAAA`;
      for (const token of [other, forged, ended]) {
        const own = await refusalOf(holderOf(token).index(UID).search(""));
        const theirs = await refusalOf(officialOf(token).index(UID).search(""));
        expect(own).toMatchObject({ code: "invalid_api_key" });
        expect(own.message?.replace(/now `\d+`/, "")).toEqual(theirs.message?.replace(/now `\d+`/, ""));
      }
      const all = await tokenOf(["*"]);
      expect(
        await refusalOf(
          holderOf(all)
            .index(UID)
            .addDocuments([{ id: 1 }]),
        ),
      ).toEqual(
        await refusalOf(
          officialOf(all)
            .index(ALONE)
            .addDocuments([{ id: 1 }]),
        ),
      );
    });

    it("serves a token without any other key where its rules cover every index, and says what to give where not", async () => {
      const guest = cluster.connect({ apiKey: await tokenOf(["*"]) });
      expect((await guest.index(UID).search("order")).estimatedTotalHits).toBe(ORDERS.length);
      const blind: [TokenSearchRules, string][] = [
        [[UID], "invalid_api_key"],
        [{ "*": { filter: "customer = ann" } }, "miroir_invalid_config"],
      ];
      for (const [rules, code] of blind) {
        const alien = cluster.connect({ apiKey: await tokenOf(rules) });
        await expect(alien.index(UID).search("order")).rejects.toMatchObject({
          cause: { code },
          message: expect.stringContaining("an `operatorKey` that may search the index `miroir__state` is enough"),
        });
      }
    });

    it("tells the holder of a token that ended as one server does, also without any other key", async () => {
      const ended = endedToken(searchKey);
      const own = await refusalOf(cluster.connect({ apiKey: ended }).index(UID).search(""));
      const theirs = await refusalOf(officialOf(ended).index(ALONE).search(""));
      expect(own).toMatchObject({ code: "invalid_api_key" });
      expect(own.message?.replace(/now `\d+`/, "")).toEqual(theirs.message?.replace(/now `\d+`/, ""));
    });

    it("serves a token beside a key that may search miroir's own index and no other", async () => {
      const { client } = cluster;
      const asked = { actions: ["search"], indexes: ["miroir__state"], expiresAt: null, name: "scenario state" };
      const state = await client.createKey(asked);
      const guest = cluster.connect({
        apiKey: await tokenOf({ [UID]: { filter: "customer = ann" } }),
        operatorKey: state.key,
      });
      expect((await guest.index(UID).search("order")).estimatedTotalHits).toBe(20);
      await client.deleteKey(state.uid);
    });
  });
}
