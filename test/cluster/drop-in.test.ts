import * as official from "meilisearch";
import { describe, expect, it } from "vitest";
import * as miroir from "../../src/index.ts";
import { startCluster } from "../support/cluster.ts";

describe("an index made by hand", () => {
  it("is refused with a cluster's configuration: it would talk to one node past the cluster", () => {
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
    await expect(client.getWebhooks()).rejects.toBeInstanceOf(official.MeilisearchApiError);
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
