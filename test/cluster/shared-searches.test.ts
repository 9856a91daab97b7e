import { MeilisearchApiError, MeilisearchRequestError } from "meilisearch";
import { describe, expect, it } from "vitest";
import { type ClusterSettings, type MiroirClient, MiroirError, metaOf } from "../../src/index.ts";
import { type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { isRead, recordRequests } from "../support/requests.ts";

const UID = "movies";
const MOVIES = Array.from({ length: 30 }, (_, id) => ({ id, title: `The film ${id}`, made: { year: 1950 + id } }));
const QUERY = { filter: "id > 3", limit: 5 };

/** Three nodes, and a client that sends a node one request for each search. */
async function filled(settings: ClusterSettings = { coalesceSearches: true }): Promise<EmbeddedCluster> {
  const patient = { readTimeoutMs: 20_000, attemptTimeoutMs: 20_000 };
  const cluster = await startCluster({ settings: { hedging: false, adaptiveLimits: false, ...patient, ...settings } });
  const index = cluster.client.index(UID);
  await index.addDocuments(MOVIES, { primaryKey: "id" }).waitTask();
  await index.updateFilterableAttributes(["id"]).waitTask();
  return cluster;
}

/** Counts the searches that each node is sent from now on. */
function countSearches({ nodes }: EmbeddedCluster): () => number[] {
  const seen = nodes.map(recordRequests);
  return () => seen.map((requests) => requests.filter(isRead(UID)).length);
}

/** A search that no node answers until it is given up, while all that come after it are answered. */
async function stuckSearch({ nodes, client }: EmbeddedCluster): Promise<{ giveUp(): Promise<void> }> {
  let arrived = 0;
  for (const { faults } of nodes) {
    faults.set({
      hang: true,
      match(request) {
        const isOne = isRead(UID)(request);
        if (isOne) arrived += 1;
        return isOne;
      },
    });
  }
  const controller = new AbortController();
  const ended = expect(search(client, controller.signal)).rejects.toThrow(MeilisearchRequestError);
  await eventually(() => expect(arrived).toBeGreaterThan(0));
  for (const { faults } of nodes) faults.clear();
  return {
    async giveUp() {
      controller.abort(new Error("enough"));
      await ended;
    },
  };
}

function search(client: MiroirClient, signal?: AbortSignal) {
  return client.index(UID).search("film", QUERY, signal && { signal });
}

/** What an error says. */
function shown(error: MiroirError | undefined) {
  return { message: error?.message, attempts: error?.attempts, cause: error?.cause };
}

describe("identical searches at the same time", () => {
  it("are one request a node for a thousand of them, whatever the order of their parameters", async () => {
    const cluster = await filled();
    const { client } = cluster;
    const counted = countSearches(cluster);
    const turned = { limit: QUERY.limit, filter: QUERY.filter };
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, call) => client.index(UID).search("film", call % 2 === 0 ? QUERY : turned)),
    );
    expect(Math.max(...counted())).toBe(1);
    for (const { hits } of answers) expect(hits).toEqual(answers[0]?.hits);
    expect(answers[0]?.hits).toHaveLength(QUERY.limit);
    expect(answers.filter((answer) => metaOf(answer)?.shared === true)).toHaveLength(999);
    expect(client.metrics.family("miroir_coalesced_searches_total")?.samples).toEqual([{ labels: {}, value: 999 }]);
  });

  it("go to the nodes one by one unless sharing is asked for", async () => {
    const cluster = await filled({});
    const counted = countSearches(cluster);
    const answers = await Promise.all(Array.from({ length: 10 }, () => search(cluster.client)));
    const sent = answers.map((answer) => metaOf(answer)?.read?.requests ?? 0);
    expect(counted().reduce((sum, count) => sum + count)).toBe(sent.reduce((sum, count) => sum + count));
    expect(answers.some((answer) => metaOf(answer)?.shared === true)).toBe(false);
    expect(cluster.client.metrics.text()).not.toContain("miroir_coalesced");
  });

  it("have answers of their own, which each may change", async () => {
    const { client } = await filled();
    const answers = await Promise.all([1, 2, 3].map(() => search(client)));
    const before = structuredClone(answers[0]?.hits);
    for (const changed of [0, 1]) {
      const first = answers[changed]?.hits[0];
      if (first !== undefined) first["made"].year = 0;
      answers[changed]?.hits.pop();
    }
    expect(answers[2]?.hits).toEqual(before);
    expect(answers[0]?.hits).toHaveLength(QUERY.limit - 1);
  });

  it("ask again once they are answered", async () => {
    const cluster = await filled();
    const counted = countSearches(cluster);
    await search(cluster.client);
    await search(cluster.client);
    expect(Math.max(...counted())).toBe(2);
  });
});

describe("a search is not shared with one", () => {
  it.each<[string, (client: MiroirClient) => Promise<unknown>]>([
    ["for other words", (client) => client.index(UID).search("films", QUERY)],
    ["with another filter", (client) => client.index(UID).search("film", { ...QUERY, filter: "id > 4" })],
    ["with another limit", (client) => client.index(UID).search("film", { ...QUERY, limit: 6 })],
    ["of another verb", (client) => client.index(UID).searchGet("film", QUERY)],
    ["with another preference", (client) => search(client.with({ preference: "ada" }))],
    ["that wants every shard", (client) => search(client.with({ partial: false }))],
    ["with another budget", (client) => search(client.with({ timeoutMs: 19_000 }))],
    ["of a session", (client) => search(client.with({ session: client.session() }))],
    ["with another header", (client) => client.index(UID).search("film", QUERY, { headers: { "x-for": "ada" } })],
  ])("%s", async (_what, other) => {
    const cluster = await filled();
    const stuck = await stuckSearch(cluster);
    expect(metaOf(await other(cluster.client))?.shared).toBeUndefined();
    await stuck.giveUp();
  });

  it("of another key, which may see less", async () => {
    const cluster = await filled();
    const { client } = cluster;
    const { key } = await client.createKey({ actions: ["search"], indexes: ["others"], expiresAt: null });
    const stuck = await stuckSearch(cluster);
    const search = client.index(UID).search("film", QUERY, { headers: { authorization: `Bearer ${key}` } });
    await expect(search).rejects.toThrow(MeilisearchApiError);
    await stuck.giveUp();
  });

  it("that began before the settings were changed", async () => {
    const cluster = await filled();
    const stuck = await stuckSearch(cluster);
    await cluster.client.index(UID).updateDisplayedAttributes(["title"]);
    expect(metaOf(await search(cluster.client))?.shared).toBeUndefined();
    await stuck.giveUp();
  });

  it("that began before a write that the client has seen succeed", async () => {
    const cluster = await filled();
    const stuck = await stuckSearch(cluster);
    await cluster.client.index(UID).deleteDocument(4).waitTask();
    const { hits } = await search(cluster.client);
    expect(hits.map(({ id }) => id)).not.toContain(4);
    await stuck.giveUp();
  });

  it("that began before another process's write that the client has seen succeed", async () => {
    const cluster = await filled();
    const stuck = await stuckSearch(cluster);
    const { uid } = await cluster.connect().index(UID).deleteDocument(4).waitTask();
    await cluster.client.tasks.waitForTask(uid);
    const { hits } = await search(cluster.client);
    expect(hits.map(({ id }) => id)).not.toContain(4);
    await stuck.giveUp();
  });
});

describe("one of several callers of a shared search", () => {
  it.each([
    ["first", 0],
    ["second", 1],
  ])("gives up alone when it is the %s", async (_who, leaver) => {
    const cluster = await filled();
    for (const { faults } of cluster.nodes) faults.set({ latencyMs: 1000, match: isRead(UID) });
    const counted = countSearches(cluster);
    const controllers = [0, 1, 2].map(() => new AbortController());
    const searches = controllers.map(({ signal }) => search(cluster.client, signal));
    await eventually(() => expect(Math.max(...counted())).toBe(1));
    const reason = new Error("typed on");
    controllers[leaver]?.abort(reason);
    await expect(searches[leaver]).rejects.toMatchObject({ cause: reason });
    const stayed = await Promise.all(searches.filter((_search, caller) => caller !== leaver));
    for (const { hits } of stayed) expect(hits).toHaveLength(QUERY.limit);
    expect(Math.max(...counted())).toBe(1);
  });

  it("has an error of its own, like all others", async () => {
    const cluster = await filled();
    for (const { faults } of cluster.nodes) faults.set({ status: 500, match: isRead(UID) });
    const view = cluster.client.with({ partial: false });
    const errors = await Promise.all([1, 2, 3].map(() => search(view).catch((error: unknown) => error)));
    expect(new Set(errors).size).toBe(3);
    for (const error of errors) {
      expect(error).toBeInstanceOf(MiroirError);
      expect(error).toMatchObject({ code: "miroir_shard_unavailable", response: { status: 503 } });
    }
    const [first, ...others] = errors as MiroirError[];
    for (const other of others) expect(shown(other)).toEqual(shown(first));
  });

  it("is refused in the server's words, like all others", async () => {
    const cluster = await filled();
    const counted = countSearches(cluster);
    const refused = [1, 2, 3].map(() => cluster.client.index(UID).search("film", { filter: "title = x" }));
    for (const each of refused) await expect(each).rejects.toMatchObject({ cause: { code: "invalid_search_filter" } });
    expect(Math.max(...counted())).toBeLessThanOrEqual(2); // once for the search, once for the words
  });
});
