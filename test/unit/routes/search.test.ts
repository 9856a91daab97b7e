import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { dispatch } from "../../../src/routes/registry.ts";
import { type OwnStrategy, ReplicaSelector } from "../../../src/select/strategy.ts";
import { type MemoryClusterShape, memoryCluster, rowOf } from "../../support/memory-cluster.ts";
import { failure, type Script } from "../../support/memory-transport.ts";
import { rankedNodes, searchBody } from "../../support/ranked-nodes.ts";

async function start(script: Script, shape: MemoryClusterShape) {
  const memory = await memoryCluster(script, shape);
  memory.cluster.registry.load([
    { id: "index_movies", kind: "index", value: JSON.parse(JSON.stringify(rowOf("movies"))) },
  ]);
  // Reads are spread by chance; these go to the first group as long as it answers.
  const byId: OwnStrategy = (candidates) => candidates.map(({ id }) => id).sort();
  const { fleet } = memory.cluster;
  const selector = new ReplicaSelector({ fleet, strategy: byId, zone: undefined, random: () => 0 });
  const search = async (body: JsonObject) => {
    const request = { method: "POST", path: "indexes/movies/search", params: {}, headers: {}, body } as const;
    const cluster = async () => ({ ...memory.cluster, selector });
    const response = await dispatch(request, { call: {}, cluster, configured: cluster });
    return { ...response, body: response.body as JsonObject };
  };
  return { ...memory, search, bodies: () => memory.transport.sent.map(searchBody) };
}

const numbered = (count: number) => Array.from({ length: count }, (_, at): [number, number] => [at, at]);

describe("a search that one node answers whole", () => {
  it("is asked for just the window, without rule values", async () => {
    const { search, bodies } = await start(rankedNodes({ a: numbered(100) }), { table: [["a"]] });
    const { body } = await search({ q: "x", offset: 40, limit: 3 });
    expect(bodies()).toEqual([{ q: "x", offset: 40, limit: 3, filter: [expect.stringContaining("_miroir_shard")] }]);
    expect(body).toMatchObject({ offset: 40, limit: 3, estimatedTotalHits: 100 });
    expect((body["hits"] as JsonObject[]).map(({ id }) => id)).toEqual([40, 41, 42]);
  });

  it("shows rule values to those who ask for them", async () => {
    const { search, bodies } = await start(rankedNodes({ a: numbered(5) }), { table: [["a"]] });
    const { body } = await search({ q: "x", page: 2, hitsPerPage: 2, showRankingScoreDetails: true });
    expect(bodies()).toMatchObject([{ page: 2, hitsPerPage: 2, showRankingScoreDetails: true }]);
    expect(body).toMatchObject({ page: 2, hitsPerPage: 2, totalPages: 3, totalHits: 5 });
    expect(body["hits"]).toMatchObject([{ id: 2, _rankingScoreDetails: { typo: { typoCount: 2 } } }, { id: 3 }]);
  });

  it("asks for rule values after all when the node fails and several take its place", async () => {
    const nodes = rankedNodes({ b: [[1, 1]], c: [[0, 0]] });
    const { search, transport, bodies } = await start(
      (request) => (request.node.id === "a" ? failure("unreachable") : nodes(request)),
      { table: [["a"]], secondTable: [["b"], ["c"]] },
    );
    const { body } = await search({ q: "x", limit: 2 });
    expect((body["hits"] as JsonObject[]).map(({ id }) => id)).toEqual([0, 1]);
    expect(transport.asked.toSorted()).toEqual(["a", "b", "c"]);
    const withValues = bodies().map((asked) => asked["showRankingScoreDetails"] === true);
    expect(withValues).toEqual(transport.asked.map((node) => node !== "a"));
  });
});
