import { Meilisearch } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import { MiroirClient } from "../../src/index.ts";
import { adoptServer, planAdoption, verifyCluster } from "../../src/jobs/index.ts";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";

const documents = Array.from({ length: 2500 }, (_, id) => {
  return { id: `m${id}`, title: `Movie ${id}`, secret: `s${id}`, _vectors: { own: [0.5, id] } };
});

/** A server with an application's indexes, and a store for its cluster. */
async function server() {
  const [node] = await startNodes(1);
  const url = node?.url ?? "";
  const direct = new Meilisearch({ host: url, apiKey: MASTER_KEY, defaultWaitOptions: { interval: 5 } });
  const movies = direct.index("movies");
  await movies
    .updateSettings({
      displayedAttributes: ["id", "title"],
      filterableAttributes: ["title"],
      sortableAttributes: ["secret"],
      faceting: { maxValuesPerFacet: 300 },
      embedders: { own: { source: "userProvided", dimensions: 2 } },
    })
    .waitTask();
  await movies.addDocuments(documents, { primaryKey: "id" }).waitTask();
  await direct
    .index("notes")
    .addDocuments([{ key: { id: 1 }, text: "one" }], { primaryKey: "key.id" })
    .waitTask();
  const memory = memoryStore();
  const store = memory.open();
  return {
    url,
    direct,
    movies,
    store,
    config: { server: { id: "first", url }, store, apiKey: MASTER_KEY, shards: 16 },
  };
}

function connect(topology: ReturnType<ReturnType<typeof memoryStore>["open"]>): MiroirClient {
  const client = new MiroirClient({ topology, apiKey: MASTER_KEY, defaultWaitOptions: { interval: 5 } });
  onTestFinished(() => client.close());
  return client;
}

describe("an adoption", () => {
  it("makes a server with its data a cluster that answers as the server did", async () => {
    const { movies, direct, store, config } = await server();
    const before = { search: await movies.search("movie 17", { limit: 5 }), settings: await movies.getSettings() };
    const seen: number[] = [];
    const plan = await adoptServer(config, {
      onProgress: ({ index, documents: done }) => index === "movies" && seen.push(done),
    });
    expect(plan).toMatchObject({
      ...{ node: { id: "first" }, shards: 16, isFounded: false, left: [] },
      indexes: [
        { uid: "movies", primaryKey: "id", documents: 2500 },
        { uid: "notes", primaryKey: "key.id", documents: 1 },
      ],
    });
    expect([seen[0], seen.at(-1)]).toEqual([0, 2500]);
    const client = connect(store);
    const {
      processingTimeMs: _,
      requestUid: __,
      ...after
    } = { requestUid: "", ...(await client.index("movies").search("movie 17", { limit: 5 })) };
    expect(before.search).toMatchObject(after);
    expect(await client.index("movies").getSettings()).toEqual(before.settings);
    expect(await client.index("notes").getDocuments()).toMatchObject({ results: [{ key: { id: 1 }, text: "one" }] });
    // Hidden fields and vectors are still there.
    const { results } = await direct.index("movies").getDocuments({ ids: ["m0"], retrieveVectors: true });
    expect(results[0]).toMatchObject({
      secret: "s0",
      _vectors: { own: { embeddings: [[0.5, 0]], regenerate: false } },
    });
    await client
      .index("movies")
      .updateDocuments([{ id: "m0", title: "new" }])
      .waitTask();
    expect(await client.index("movies").getDocument("m0")).toEqual({ id: "m0", title: "new", secret: "s0" });
    const { isSound, indexes } = await verifyCluster({ topology: store, apiKey: MASTER_KEY, writeTimeoutMs: 300 });
    expect({ isSound, copies: indexes.map(({ copies }) => copies) }).toEqual({ isSound: true, copies: [2500, 1] });
    expect(await store.get("adoption")).toBeUndefined();
  });

  it("leaves indexes alone that were not named, and takes them in later", async () => {
    const { store, config, direct } = await server();
    const plan = await planAdoption(config, { indexes: ["notes"] });
    expect(plan).toMatchObject({ indexes: [{ uid: "notes" }], left: ["movies"] });
    expect(await store.list("")).toEqual([]);
    await adoptServer(config, { indexes: ["notes"], everywhere: ["notes"] });
    expect((await direct.index("movies").getSettings()).displayedAttributes).toEqual(["id", "title"]);
    expect((await connect(store).getIndexes()).results.map(({ uid }) => uid)).toEqual(["notes"]);
    expect(await adoptServer(config)).toMatchObject({ isFounded: true, indexes: [{ uid: "movies" }] });
    const client = connect(store);
    expect((await client.getIndexes()).results.map(({ uid }) => uid)).toEqual(["movies", "notes"]);
    expect((await client.index("movies").getStats()).numberOfDocuments).toBe(2500);
    expect(await adoptServer(config)).toMatchObject({ indexes: [] });
  });

  it("goes on where it was cut short, with the settings that users saw before", async () => {
    const { movies, store, config } = await server();
    const settings = await movies.getSettings();
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    await expect(adoptServer(config, { signal: stop.signal, onProgress })).rejects.toThrow();
    expect((await movies.getSettings()).displayedAttributes).toContain("secret");
    expect(await store.get("topology")).toBeUndefined();
    await adoptServer(config);
    const client = connect(store);
    expect(await client.index("movies").getSettings()).toEqual(settings);
    expect((await client.index("movies").getStats()).numberOfDocuments).toBe(2500);
  });

  it("stops when somebody writes past miroir, and can be run again", async () => {
    const { movies, store, config } = await server();
    let writing: Promise<unknown> | undefined;
    const disturb = () => {
      writing ??= movies.addDocuments([{ id: "m1", title: "replaced", _vectors: { own: [1, 1] } }]).waitTask();
      void writing;
    };
    await expect(adoptServer(config, { onProgress: disturb })).rejects.toMatchObject({
      code: "miroir_index_mismatch",
      message: expect.stringContaining("past miroir"),
    });
    await writing;
    expect(await store.get("topology")).toBeUndefined();
    await adoptServer(config);
    expect(await connect(store).index("movies").getDocument("m1")).toEqual({ id: "m1", title: "replaced" });
  });

  it("refuses what cannot work, and changes nothing", async () => {
    const { url, direct, store, config } = await server();
    await expect(planAdoption(config, { indexes: ["films"] })).rejects.toMatchObject({ code: "miroir_invalid_config" });
    await direct
      .index("odd")
      .addDocuments([{ id: 1, _miroir_note: "mine" }])
      .waitTask();
    await expect(adoptServer(config)).rejects.toMatchObject({
      code: "miroir_reserved_field",
      message: expect.stringContaining("_miroir_note"),
    });
    expect(await store.list("")).toEqual([]);
    await adoptServer(config, { indexes: ["movies"] });
    const [other] = await startNodes(1);
    await expect(adoptServer({ ...config, server: other?.url ?? "" })).rejects.toMatchObject({
      code: "miroir_topology_mismatch",
    });
    await expect(adoptServer({ ...config, server: url, store: memoryStore().open() })).rejects.toMatchObject({
      code: "miroir_topology_mismatch",
    });
  });
});
