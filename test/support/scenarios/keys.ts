import { type Key, type KeyCreation, Meilisearch } from "meilisearch";
import { beforeEach, describe, expect, it } from "vitest";
import { MiroirError, metaOf } from "../../../src/index.ts";
import type { TestCluster } from "../cluster.ts";
import type { Environment } from "../environment.ts";

const SEARCH_KEY: KeyCreation = {
  name: "scenario search",
  description: "searches the scenarios",
  actions: ["search"],
  indexes: ["scenario_movies"],
  expiresAt: null,
};

/** What no server takes, each for a reason of its own. */
const WRONG: readonly [what: string, body: unknown][] = [
  ["without actions", { indexes: ["*"], expiresAt: null }],
  ["with an action that there is not", { actions: ["sing"], indexes: ["*"], expiresAt: null }],
  ["with an index uid that is none", { actions: ["search"], indexes: ["scenario_movies", "a b"], expiresAt: null }],
  ["with a uid that is none", { uid: "7", actions: ["search"], indexes: ["*"], expiresAt: null }],
  ["that ended yesterday", { actions: ["search"], indexes: ["*"], expiresAt: "2020-01-01T00:00:00Z" }],
  ["with a field that there is not", { actions: ["search"], indexes: ["*"], expiresAt: null, colour: "red" }],
  ["that is a list", ["search"]],
];

/** The error body of a call that must fail. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).not.toBeInstanceOf(MiroirError);
  return (error as { cause?: unknown } | undefined)?.cause;
}

/** A key without what differs between any two keys, in the order of its fields. */
function outlineOf(key: Key): [string, unknown][] {
  return Object.entries({ ...key, key: "", uid: "", createdAt: "", updatedAt: "" });
}

/** Deletes the keys of earlier scenarios past the cluster. */
async function forgetKeys({ directs }: TestCluster): Promise<void> {
  for (const direct of directs) {
    const { results } = await direct.getKeys({ limit: 1000 });
    const own = results.filter(({ name }) => !/^Default .+ API Key$/.test(name ?? ""));
    await Promise.all(own.map(({ uid }) => direct.deleteKey(uid)));
  }
}

/** API keys: the same on every node, and answered as one server does. */
export function keyScenarios({ name, open }: Environment): void {
  describe(`keys over ${name}`, () => {
    let cluster: TestCluster;
    beforeEach(async () => {
      cluster = await open();
      await forgetKeys(cluster);
    });

    it("makes a key whose text is the same on every node and opens each of them", async () => {
      const { client, directs } = cluster;
      const { key, uid } = await client.createKey({ ...SEARCH_KEY, actions: ["version"], indexes: ["*"] });
      for (const direct of directs) {
        expect(await direct.getKey(uid)).toMatchObject({ key, name: "scenario search" });
        const guest = new Meilisearch({ host: direct.config.host, apiKey: key });
        expect(await guest.getVersion()).toMatchObject({ pkgVersion: expect.any(String) });
      }
    });

    it("answers as one server does: created, read by uid and by text, listed, changed, deleted", async () => {
      const { client, directs } = cluster;
      const [direct] = directs;
      if (direct === undefined) throw new Error("no nodes");
      const answers = async (one: Meilisearch) => {
        const created = await one.createKey(SEARCH_KEY);
        const byUid = await one.getKey(created.uid);
        const byText = await one.getKey(created.key);
        const changed = await one.updateKey(created.uid, { name: "other", description: "words" });
        const { results, ...page } = await one.getKeys({ limit: 1 });
        const deleted = await one.deleteKey(created.key);
        const gone = await refusalOf(one.getKey(created.uid));
        const words = JSON.stringify(gone).replace(created.uid, "");
        expect(byText).toEqual(byUid);
        return { keys: [created, byUid, changed, ...results].map(outlineOf), page, deleted, words };
      };
      expect(await answers(client)).toEqual(await answers(direct));
    });

    it("keeps the uid that the caller chose, and refuses it the second time in the server's words", async () => {
      const { client, directs } = cluster;
      const uid = "6062abda-a5aa-4414-ac91-ecd7944c0f8d";
      expect((await client.createKey({ ...SEARCH_KEY, uid })).uid).toBe(uid);
      const other = { ...SEARCH_KEY, uid, name: "another" };
      const refusal = await refusalOf(client.createKey(other));
      expect(refusal).toMatchObject({ code: "api_key_already_exists" });
      expect(refusal).toEqual(await refusalOf(directs[0]?.createKey(other) ?? Promise.resolve()));
    });

    it.each(WRONG)("refuses a key %s in the server's words, and makes none", async (_, body) => {
      const { client, directs } = cluster;
      const refusal = await refusalOf(client.createKey(body as KeyCreation));
      expect(refusal).toMatchObject({ message: expect.any(String), type: "invalid_request" });
      expect(refusal).toEqual(await refusalOf(directs[0]?.createKey(body as KeyCreation) ?? Promise.resolve()));
      for (const direct of directs) {
        const { results } = await direct.getKeys({ limit: 100 });
        expect(results.filter(({ name }) => !/^Default/.test(name ?? ""))).toEqual([]);
      }
    });

    it("refuses to change what of a key never changes, and keys that there are not", async () => {
      const { client, directs } = cluster;
      const { uid } = await client.createKey(SEARCH_KEY);
      for (const call of [
        (one: Meilisearch) => one.updateKey(uid, { actions: ["*"] } as never),
        (one: Meilisearch) => one.updateKey("nobody", { name: "x" }),
        (one: Meilisearch) => one.deleteKey("nobody"),
        (one: Meilisearch) => one.getKey("nobody"),
        (one: Meilisearch) => one.getKeys({ limit: -1 }),
      ]) {
        const [direct] = directs;
        if (direct === undefined) throw new Error("no nodes");
        expect(await refusalOf(call(client))).toEqual(await refusalOf(call(direct)));
      }
    });

    it("lists the keys in pages, newest first, with the four that every server begins with", async () => {
      const { client, directs } = cluster;
      const made: string[] = [];
      for (const name of ["scenario a", "scenario b", "scenario c"]) {
        made.unshift((await client.createKey({ ...SEARCH_KEY, name })).uid);
      }
      const all = await client.getKeys();
      expect(all).toMatchObject({ offset: 0, limit: 20, total: 7 });
      expect(metaOf(all)).toMatchObject({ exact: true });
      expect(all.results.slice(0, 3).map(({ uid }) => uid)).toEqual(made);
      expect(all.results.slice(3).every(({ name }) => /^Default .+ API Key$/.test(name ?? ""))).toBe(true);
      const second = await client.getKeys({ offset: 1, limit: 2 });
      expect(second).toMatchObject({ offset: 1, limit: 2, total: 7 });
      expect(second.results).toEqual(all.results.slice(1, 3));
      const search = all.results.find(({ name }) => name === "Default Search API Key");
      for (const direct of directs) expect((await direct.getKey(search?.key ?? "")).actions).toEqual(["search"]);
    });

    it("covers later generations of an index on the nodes, and never shows that", async () => {
      const { client, directs } = cluster;
      const created = await client.createKey({ ...SEARCH_KEY, indexes: ["scenario_movies", "scenario_b*"] });
      const indexes = ["scenario_movies", "scenario_b*"];
      expect(created.indexes).toEqual(indexes);
      expect((await client.getKey(created.uid)).indexes).toEqual(indexes);
      expect((await client.updateKey(created.uid, { name: "x" })).indexes).toEqual(indexes);
      for (const direct of directs) {
        expect((await direct.getKey(created.uid)).indexes).toEqual([...indexes, "scenario_movies__g*"]);
      }
      await client.createIndex("scenario_other").waitTask();
      const guest = cluster.connect({ apiKey: created.key, operatorKey: String(cluster.config.apiKey) });
      expect(await refusalOf(guest.index("scenario_other").search(""))).toMatchObject({
        code: "invalid_api_key",
        message:
          "The API key cannot acces the index `scenario_other`, authorized indexes are " +
          '["scenario_b*", "scenario_movies"].',
      });
    });

    it("leaves out a key that only some nodes have, says so, and deletes it where it is", async () => {
      const { client, directs } = cluster;
      const lone = await directs[1]?.createKey(SEARCH_KEY);
      const uid = lone?.uid ?? "";
      const all = await client.getKeys();
      expect(all.results.map((key) => key.uid)).not.toContain(uid);
      expect(metaOf(all)).toMatchObject({ exact: false });
      expect(metaOf(all)?.reasons.join()).toContain(uid);
      expect(await refusalOf(client.getKey(uid))).toMatchObject({ code: "api_key_not_found" });
      await client.deleteKey(uid);
      expect(await refusalOf(directs[1]?.getKey(uid) ?? Promise.resolve())).toMatchObject({
        code: "api_key_not_found",
      });
    });

    it("finishes a creation that reached only some nodes when it is repeated with its uid", async () => {
      const { client, directs } = cluster;
      const uid = "0c0ffee0-a5aa-4414-ac91-ecd7944c0f8d";
      const asked = { ...SEARCH_KEY, indexes: ["*"], uid };
      await directs[0]?.createKey(asked);
      expect(await refusalOf(client.createKey({ ...asked, actions: ["*"] }))).toMatchObject({
        code: "api_key_already_exists",
      });
      expect(await client.createKey(asked)).toMatchObject({ uid, indexes: ["*"] });
      for (const direct of directs) expect(await direct.getKey(uid)).toMatchObject({ actions: ["search"] });
    });

    it("asks what the caller's key may do", async () => {
      const reader = await cluster.client.createKey({ ...SEARCH_KEY, actions: ["keys.get"], indexes: ["*"] });
      const guest = cluster.connect({ apiKey: reader.key, operatorKey: String(cluster.config.apiKey) });
      expect((await guest.getKeys()).total).toBe(5);
      expect(await refusalOf(guest.createKey(SEARCH_KEY))).toMatchObject({ code: "invalid_api_key" });
      expect(await refusalOf(guest.deleteKey(reader.uid))).toMatchObject({ code: "invalid_api_key" });
    });
  });
}
