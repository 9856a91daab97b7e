import { describe, expect, it } from "vitest";
import { clientsOver, configOf, startNodes } from "../support/cluster.ts";
import { startGate } from "../support/gate.ts";

const PASS = "open sesame";

/** A cluster whose nodes stand behind proxies that ask for a header. */
async function startBehindGates() {
  const nodes = await startNodes(3);
  const gates = await Promise.all(nodes.map((node) => startGate(node, PASS)));
  const settings = { requestInit: { headers: { "X-Pass": PASS } }, clientAgents: ["shop (v2)"] };
  const cluster = clientsOver(
    configOf(
      gates.map(({ url }) => url),
      { settings },
    ),
  );
  return { ...cluster, gates };
}

describe("headers of the application's own", () => {
  it("reach the nodes with every request, miroir's own included", async () => {
    const { client, gates } = await startBehindGates();
    const index = client.index("movies");
    const films = Array.from({ length: 20 }, (_, id) => ({ id, title: `film ${id}` }));
    await index.addDocuments(films).waitTask();
    await index.updateSettings({ filterableAttributes: ["id"], sortableAttributes: ["id"] }).waitTask();
    expect((await index.search("film", { filter: "id > 4", sort: ["id:asc"] })).estimatedTotalHits).toBe(15);
    expect((await index.getDocuments({ limit: 5, sort: ["id:asc"] })).total).toBe(20);
    expect((await client.multiSearch({ queries: [{ indexUid: "movies", q: "film" }] })).results).toHaveLength(1);
    expect(await client.isHealthy()).toBe(true);
    await index.deleteDocument(1).waitTask();
    expect((await client.getStats()).indexes["movies"]).toMatchObject({ numberOfDocuments: 19 });
    await client.createKey({ actions: ["search"], indexes: ["movies"], expiresAt: null });
    await client.tasks.deleteTasks({ statuses: ["succeeded"] }).waitTask();
    await client.deleteIndex("movies").waitTask();
    expect(gates.flatMap(({ refused }) => refused)).toEqual([]);
    const passed = gates.flatMap((gate) => gate.passed);
    expect(new Set(passed.map((headers) => headers["x-meilisearch-client"]))).toEqual(new Set(["shop (v2) ; miroir"]));
  });

  it("reach the nodes when they are given for one call, and win there", async () => {
    const { client, gates } = await startBehindGates();
    await client.createIndex("movies").waitTask();
    for (const { passed } of gates) passed.length = 0;
    await client.index("movies").search("", {}, { headers: { "X-Trace": "42", "Content-Type": "application/json" } });
    const searches = gates.flatMap(({ passed }) => passed);
    expect(searches.length).toBeGreaterThan(0);
    for (const headers of searches) expect(headers).toMatchObject({ "x-trace": "42", "x-pass": PASS });
    await expect(client.index("movies").search("", {}, { headers: { "X-Pass": "no" } })).rejects.toThrow();
  });

  it("may name the key, as the official client lets them", async () => {
    const nodes = await startNodes(3);
    const { apiKey, ...config } = configOf(nodes.map(({ url }) => url));
    const { client } = clientsOver({ ...config, requestInit: { headers: { Authorization: `Bearer ${apiKey}` } } });
    expect((await client.createIndex("movies").waitTask()).status).toBe("succeeded");
  });
});
