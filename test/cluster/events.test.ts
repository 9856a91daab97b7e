import { describe, expect, it, onTestFinished } from "vitest";
import { MiroirClient, type MiroirEventName } from "../../src/index.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

/** Three nodes, a client of all of them, and what it has told of. */
async function setUp() {
  const nodes = await startNodes(3);
  const client = new MiroirClient({
    nodes: nodes.map(({ url }) => url),
    apiKey: MASTER_KEY,
    shards: 16,
    attemptTimeoutMs: 400,
    writeTimeoutMs: 800,
  });
  onTestFinished(() => client.close());
  const told: [MiroirEventName, object][] = [];
  for (const name of ["nodeSuspect", "nodeUp", "degraded", "debt", "debtPaid"] as const) {
    client.events.on(name, (event: object) => told.push([name, event]));
  }
  const of = (name: MiroirEventName) => told.flatMap(([each, event]) => (each === name ? [event] : []));
  return { nodes, client, of };
}

describe("what a client tells of", () => {
  it("is a node that falls out, the writes it missed, that they were paid, and that it is back", async () => {
    const { nodes, client, of } = await setUp();
    const index = client.index("movies");
    await index.addDocuments([{ id: 0 }], { primaryKey: "id" }).waitTask();
    const [down] = nodes;
    down?.faults.set({ hang: true });
    const documents = Array.from({ length: 40 }, (_, id) => ({ id, title: `Movie ${id}` }));
    await index.addDocuments(documents);
    const url = down?.url ?? "";
    const node = new URL(url).host;
    expect(of("nodeSuspect")).toEqual([{ node, url, reason: expect.stringContaining("did not answer in time") }]);
    const debt = { index: "movies", node, shards: expect.any(Array), documents: expect.any(Number) };
    expect(of("debt")).toEqual([debt]);
    const degraded = expect.objectContaining({ path: "indexes/movies/documents", indebted: [node] });
    expect(of("degraded")).toEqual([degraded]);
    down?.faults.clear();
    await eventually(async () => expect(of("debtPaid").length).toBeGreaterThan(0));
    expect(of("nodeUp")).toEqual([{ node, url }]);
  });
});
