import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it, onTestFinished } from "vitest";
import type { SlowEvent, StaticClusterConfig } from "../../src/index.ts";
import { startCluster } from "../support/cluster.ts";

/** A client of three nodes with an index, and the slow searches that it has told of. */
async function setUp(settings: Partial<StaticClusterConfig>) {
  const { connect, nodes } = await startCluster({ nodes: 3 });
  const client = connect(settings);
  const slow: SlowEvent[] = [];
  client.events.on("slow", (event) => slow.push(event));
  await client
    .index("movies")
    .addDocuments([{ id: 1, title: "Alien" }], { primaryKey: "id" })
    .waitTask();
  return { client, nodes, slow };
}

/** Slower than nothing, and slower than any search of these tests. */
const [ALWAYS, NEVER] = [1e-6, 60_000];

describe("a slow search", () => {
  it("is told of with its index, its time and its nodes, and without its words", async () => {
    const { client, slow } = await setUp({ slowSearchMs: ALWAYS });
    await client.index("movies").search("alien");
    const common = {
      durationMs: expect.any(Number),
      status: 200,
      requests: expect.any(Number),
      failures: 0,
      degraded: false,
    };
    expect(slow).toEqual([{ ...common, operation: "search", index: "movies", nodes: expect.any(Array) }]);
    expect(slow[0]?.nodes.length).toBeGreaterThan(0);
    expect(slow[0]?.durationMs).toBeGreaterThan(0);
  });

  it("is told of with its words when they are to be captured", async () => {
    const { client, slow } = await setUp({ slowSearchMs: ALWAYS, captureQueries: true });
    await client.index("movies").search("alien");
    await client.index("movies").searchGet("alien 3");
    await client.multiSearch({ queries: [{ indexUid: "movies", q: "alien" }] });
    expect(slow.map(({ operation, query }) => [operation, query])).toEqual([
      ["search", "alien"],
      ["search", "alien 3"],
      ["multi_search", undefined],
    ]);
  });

  it("is told of when it failed as well", async () => {
    const { client, slow } = await setUp({ slowSearchMs: ALWAYS });
    await expect(client.index("absent").search("alien")).rejects.toThrow();
    expect(slow).toMatchObject([{ index: "absent", status: 404, error: "index_not_found", nodes: [] }]);
  });

  it("is told of on the diagnostics channel", async () => {
    const { client, slow } = await setUp({ slowSearchMs: ALWAYS });
    const heard: unknown[] = [];
    const listener = (event: unknown) => heard.push(event);
    subscribe("miroir:slow", listener);
    onTestFinished(() => void unsubscribe("miroir:slow", listener));
    await client.index("movies").search("alien");
    expect(heard).toEqual(slow);
  });

  it("is one that took as long as was said, and is a search", async () => {
    const quick = await setUp({ slowSearchMs: NEVER });
    await quick.client.index("movies").search("alien");
    expect(quick.slow).toEqual([]);
    const { client, slow } = await setUp({ slowSearchMs: ALWAYS });
    await client.index("movies").getDocuments();
    await client.health();
    expect(slow).toEqual([]);
  });
});
