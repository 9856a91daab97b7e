import { generateTenantToken } from "meilisearch/token";
import { describe, expect, it } from "vitest";
import { metaOf } from "../../src/index.ts";
import { clientsOver, configOf, startCluster, startNodes } from "../support/cluster.ts";
import { embedded } from "../support/environment.ts";
import { tokenScenarios } from "../support/scenarios/tokens.ts";

tokenScenarios(embedded);

async function startFilled() {
  const cluster = await startCluster();
  const { client } = cluster;
  const movies = Array.from({ length: 40 }, (_, id) => ({ id, title: `film ${id}` }));
  await client.index("movies").addDocuments(movies).waitTask();
  const key = (await client.getKeys()).results.find(({ name }) => name === "Default Search API Key");
  return { ...cluster, searchKey: key ?? { key: "", uid: "" } };
}

describe("a client with nothing but a search key", () => {
  it("cannot found a cluster, and is told so", async () => {
    const nodes = await startNodes(3);
    const config = configOf(nodes.map(({ url }) => url));
    const [key] = await Promise.all(
      clientsOver(config)
        .directs.slice(0, 1)
        .map(async (direct) => {
          const { results } = await direct.getKeys();
          return results.find(({ name }) => name === "Default Search API Key");
        }),
    );
    const asked = { uid: key?.uid ?? "", actions: ["search"], indexes: ["*"], expiresAt: null };
    await Promise.all(
      clientsOver(config)
        .directs.slice(1)
        .map((direct) => direct.createKey(asked)),
    );
    const guest = clientsOver({ ...config, apiKey: key?.key ?? "" }).client;
    await expect(guest.index("movies").search("")).rejects.toMatchObject({
      message: expect.stringContaining("Check `apiKey` or `operatorKey`"),
      cause: { code: "invalid_api_key" },
    });
  });

  it("searches also when others have written down which tasks the nodes have, which it may not look at", async () => {
    const { client, connect, searchKey } = await startFilled();
    await client.close(); // writes them down
    const guest = connect({ apiKey: searchKey.key });
    expect((await guest.index("movies").search("film", { limit: 100 })).hits).toHaveLength(40);
  });

  it("goes on while a node is down, and uses it again when it is back", async () => {
    const { nodes, connect, searchKey } = await startFilled();
    const guest = connect({ apiKey: searchKey.key });
    const find = async () => (await guest.index("movies").search("film", { limit: 100 })).hits.length;
    expect(await find()).toBe(40);
    await nodes[0]?.close();
    expect(await find()).toBe(40);
    expect(await find()).toBe(40);
    await nodes[0]?.restart();
    await expect
      .poll(async () => {
        const answer = await guest
          .with({ preference: String(Math.random()) })
          .index("movies")
          .search("film");
        return metaOf(answer)?.nodes.includes("node-0");
      })
      .toBe(true);
  });

  it("avoids a replica that is known to owe a write, and leaves its repair to others", async () => {
    const { client, nodes, connect, searchKey } = await startFilled();
    await client.health();
    await nodes[1]?.close();
    await client
      .index("movies")
      .addDocuments([{ id: 3, title: "another film" }])
      .waitTask();
    await nodes[1]?.restart();
    const guest = connect({ apiKey: searchKey.key, repair: true, writeTimeoutMs: 200 });
    for (let round = 0; round < 8; round++) {
      const view = guest.with({ preference: `view ${round}`, partial: false });
      expect((await view.index("movies").search("another")).hits).toEqual([{ id: 3, title: "another film" }]);
    }
  });
});

describe("a tenant token", () => {
  it("is good only as long as its key is, on every node", async () => {
    const { client, connect, config } = await startFilled();
    const key = await client.createKey({ actions: ["search"], indexes: ["movies"], expiresAt: null });
    const apiKey = await generateTenantToken({ apiKey: key.key, apiKeyUid: key.uid, searchRules: ["movies"] });
    const guest = connect({ apiKey, operatorKey: String(config.apiKey) });
    expect((await guest.index("movies").search("film")).hits).toHaveLength(20);
    await client.deleteKey(key.uid);
    await expect(guest.index("movies").search("film")).rejects.toMatchObject({ cause: { code: "invalid_api_key" } });
  });
});
