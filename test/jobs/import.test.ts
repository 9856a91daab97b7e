import { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import { type ImportCursor, importFrom, planImport } from "../../src/jobs/index.ts";
import { MASTER_KEY, startCluster, startNodes } from "../support/cluster.ts";

/** A server with an application's indexes. */
async function server(documents: number, masterKey = MASTER_KEY) {
  const [node] = await startNodes(1, { masterKey });
  const host = node?.url ?? "";
  const direct = new Meilisearch({ host, apiKey: masterKey, defaultWaitOptions: { interval: 5 } });
  const movies = direct.index("movies");
  const embedders = { own: { source: "userProvided" as const, dimensions: 2 } };
  await movies
    .updateSettings({ displayedAttributes: ["id", "title"], sortableAttributes: ["title"], embedders })
    .waitTask();
  const texts = Array.from({ length: documents }, (_, id) => {
    const number = id === 7 ? "12345678901234567890" : "1.50";
    return `{"id":${id},"title":"movie ${id}","secret":${number},"_vectors":{"own":[0.5,${id % 10}]}}`;
  });
  await movies.addDocumentsFromString(`[${texts.join(",")}]`, "application/json", { primaryKey: "id" }).waitTask();
  await direct.createIndex("empty").waitTask();
  return { direct, movies, from: { host, apiKey: masterKey } };
}

async function raw(url: string, body: object): Promise<string> {
  const headers = { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" };
  const call = { method: "POST", headers, body: JSON.stringify(body) };
  return (await fetch(`${url}/indexes/movies/documents/fetch`, call)).text();
}

describe("an import", () => {
  it("copies settings, keys, vectors, hidden fields and the text of numbers from a server", async () => {
    const { direct, movies, from } = await server(1200);
    const { uid, key } = await direct.createKey({ actions: ["search"], indexes: ["movies"], expiresAt: null });
    const { client, config, nodes } = await startCluster({ replicationFactor: 3 });
    expect(await planImport(config, from)).toMatchObject({
      indexes: [
        { uid: "empty", documents: 0, present: 0 },
        { uid: "movies", documents: 1200, present: 0 },
      ],
    });
    const report = await importFrom(config, from);
    expect(report).toMatchObject({ isEqual: true, isSourceChanged: false, keys: { changed: [] } });
    expect(report.indexes).toMatchObject([
      { uid: "empty", source: 0, imported: 0 },
      { uid: "movies", source: 1200, imported: 1200 },
    ]);
    expect(await client.index("movies").getSettings()).toEqual(await movies.getSettings());
    expect((await client.getKey(uid)).key).toBe(key);
    const text = await raw(nodes[0]?.url ?? "", { ids: ["7", "8"], retrieveVectors: true });
    const expected = await raw(from.host, { ids: ["7", "8"], retrieveVectors: true });
    const numbers = (answer: string) => answer.match(/"secret":[^,]*/g);
    expect(numbers(text)).toEqual(numbers(expected));
    expect(text.match(/"embeddings":[^}]*/g)).toEqual(expected.match(/"embeddings":[^}]*/g));
  });

  it("goes on from the cursor where it was cut short, and refuses to mix documents without one", async () => {
    const { from, movies } = await server(12_000);
    const { client, config } = await startCluster();
    const stop = new AbortController();
    let cursor: ImportCursor | undefined;
    const onProgress = (progress: { readonly cursor: ImportCursor }) => {
      cursor = progress.cursor;
      if (progress.cursor.documents > 0) stop.abort();
    };
    await expect(importFrom(config, from, { signal: stop.signal, onProgress })).rejects.toThrow();
    expect(cursor).toMatchObject({ done: ["empty"], index: "movies", documents: expect.any(Number) });
    const reached = cursor?.documents ?? 0;
    expect(reached).toBeGreaterThan(0);
    await expect(importFrom(config, from)).rejects.toMatchObject({ code: "miroir_index_mismatch" });
    const counts: number[] = [];
    const report = await importFrom(config, from, {
      ...{ keys: false, ...(cursor && { cursor }) },
      onProgress: ({ documents }) => void counts.push(documents),
    });
    expect(counts[0]).toBe(reached);
    expect(report).toMatchObject({ isEqual: true, indexes: [{}, { imported: 12_000 }] });
    expect((await client.index("movies").getStats()).numberOfDocuments).toBe(12_000);
    expect((await movies.getStats()).numberOfDocuments).toBe(12_000);
  }, 60_000);

  it("copies another cluster, which the single address of a node does not name", async () => {
    const source = await startCluster({ replicationFactor: 2 });
    await source.client
      .index("movies")
      .addDocuments(Array.from({ length: 300 }, (_, id) => ({ id, title: `m ${id}` })))
      .waitTask();
    await source.client.index("movies").updateFilterableAttributes(["title"]).waitTask();
    const { client, config } = await startCluster({ nodes: 2, shards: 32 });
    const one = { host: source.nodes[0]?.url ?? "", apiKey: MASTER_KEY };
    await expect(importFrom(config, one)).rejects.toMatchObject({ code: "miroir_topology_mismatch" });
    expect(await importFrom(config, source.config)).toMatchObject({ isEqual: true, indexes: [{ imported: 300 }] });
    expect(await client.index("movies").getFilterableAttributes()).toEqual(["title"]);
    expect(await client.index("movies").getDocument(17)).toEqual({ id: 17, title: "m 17" });
  });

  it("names keys that have another text here, and differences of the counts", async () => {
    const { direct, from, movies } = await server(20, "anotherMasterKey");
    const { uid } = await direct.createKey({ actions: ["search"], indexes: ["*"], expiresAt: null });
    const { config } = await startCluster();
    const report = await importFrom(config, from, {
      onProgress: async ({ cursor }) => {
        if (cursor.done.includes("movies")) await movies.deleteDocument(3).waitTask();
      },
    });
    expect(report).toMatchObject({ isEqual: false, isSourceChanged: true });
    expect(report.keys?.changed).toContain(uid);
    expect(report.indexes[1]).toMatchObject({ uid: "movies", source: 19, imported: 20 });
  });
});
