import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { dispatch } from "../../../src/routes/registry.ts";
import { type OwnStrategy, ReplicaSelector } from "../../../src/select/strategy.ts";
import type { NodeRequest } from "../../../src/transport/transport.ts";
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

describe("a search that several nodes answer", () => {
  const TABLE = [["a"], ["b"], ["c"], ["d"]];
  /** Ids by node: the best are dealt out evenly unless one node has them all. */
  const even = ["a", "b", "c", "d"].map((_, node) => numbered(400).filter(([id]) => id % 4 === node));
  const [a = [], b = [], c = [], d = []] = even;
  const skewed = { a: numbered(200), b: b.slice(50), c: c.slice(50), d: d.slice(50) };
  const ids = (body: JsonObject) => (body["hits"] as JsonObject[]).map(({ id }) => id);
  const first = (count: number) => Array.from({ length: count }, (_, at) => at);

  it("asks each for its likely share", async () => {
    const { search, bodies } = await start(rankedNodes({ a, b, c, d }), { table: TABLE });
    const { body, meta } = await search({ q: "x" });
    expect(ids(body)).toEqual(first(20));
    expect(bodies().map(({ limit }) => limit)).toEqual([11, 11, 11, 11]);
    expect(meta?.search).toEqual({ hitsParsed: 44, topUps: 0 });
    expect(body["estimatedTotalHits"]).toBe(400);
  });

  it.each(["x", ""])("finds no skew in ties, which are taken from the nodes in turn (query %j)", async (q) => {
    const [one, two, three, four] = even.map((documents) => documents.map(([id]): [number, number] => [id, 0]));
    const nodes = rankedNodes({ a: one ?? [], b: two ?? [], c: three ?? [], d: four ?? [] });
    const { body, meta } = await (await start(nodes, { table: TABLE })).search({ q });
    expect(ids(body)).toEqual(first(20));
    expect(meta?.search).toEqual({ hitsParsed: 44, topUps: 0 });
  });

  it("asks a node again, from its first hit on, whose list was cut off too early", async () => {
    const { search, transport, bodies } = await start(rankedNodes(skewed), { table: TABLE });
    const { body, meta } = await search({ q: "x", facets: [] });
    expect(ids(body)).toEqual(first(20));
    expect(transport.asked.slice(4)).toEqual(["a"]);
    expect(bodies()[4]).toMatchObject({ offset: 0, limit: 20, showRankingScoreDetails: true });
    expect(meta?.search).toEqual({ hitsParsed: 44 + 20, topUps: 1 });
  });

  it("stays in page mode, which counts exhaustively, when a node is asked again", async () => {
    const { search, bodies } = await start(rankedNodes(skewed), { table: TABLE });
    const { body } = await search({ q: "x", page: 2, hitsPerPage: 10 });
    expect(ids(body)).toEqual(first(20).slice(10));
    expect(bodies().map(({ page, hitsPerPage }) => [page, hitsPerPage])).toEqual([
      ...[1, 2, 3, 4].map(() => [1, 11]),
      [1, 20],
    ]);
    expect(body).toMatchObject({ totalHits: 200 + 3 * 50, page: 2 });
  });

  it("keeps the totals and facets of the first answers", async () => {
    const nodes = rankedNodes(skewed);
    const { search } = await start(
      async (request) => {
        const reaction = await nodes(request);
        if (typeof reaction !== "object" || !("body" in reaction)) return reaction;
        const isAgain = searchBody(request)["limit"] === 20;
        const genre = { drama: isAgain ? 1000 : 1 };
        const counts = { facetDistribution: { genre }, facetStats: {}, estimatedTotalHits: isAgain ? 1000 : 1 };
        return { ...reaction, body: { ...(reaction.body as JsonObject), ...counts } };
      },
      { table: TABLE },
    );
    const { body } = await search({ q: "x", facets: ["genre"] });
    expect(body).toMatchObject({ estimatedTotalHits: 4, facetDistribution: { genre: { drama: 4 } } });
  });

  it("starts over with whole lists when a node does not answer again", async () => {
    const nodes = rankedNodes({ ...skewed, e: skewed.a });
    const isAgain = (request: NodeRequest) => searchBody(request)["limit"] === 20 && request.node.id === "a";
    const { search, transport, clock, bodies } = await start(
      (request) => (isAgain(request) ? "hang" : nodes(request)),
      { table: TABLE, secondTable: [["e"], ["b2"], ["c2"], ["d2"]] },
    );
    const answered = search({ q: "x" });
    await clock.advance(1000);
    await clock.advance(1000);
    const { body, meta } = await answered;
    expect(ids(body)).toEqual(first(20));
    expect(transport.asked.slice(4)).toEqual(expect.arrayContaining(["a", "e"]));
    expect(
      bodies()
        .slice(5)
        .every(({ limit }) => limit === 20),
    ).toBe(true);
    expect(meta?.search).toEqual({ hitsParsed: 44 + 20, topUps: 1 });
  });

  it("asks for the whole list when told to", async () => {
    const { search, bodies } = await start(rankedNodes(skewed), { table: TABLE, options: { adaptiveLimits: false } });
    const { body, meta } = await search({ q: "x" });
    expect(ids(body)).toEqual(first(20));
    expect(bodies().map(({ limit }) => limit)).toEqual([20, 20, 20, 20]);
    expect(meta?.search).toEqual({ hitsParsed: 80, topUps: 0 });
  });

  it("asks for more from the start once an index has needed it", async () => {
    const { search, transport } = await start(rankedNodes(skewed), { table: TABLE });
    for (let time = 0; time < 16; time++) await search({ q: "x" });
    transport.sent.length = 0;
    expect(ids((await search({ q: "x" })).body)).toEqual(first(20));
    expect(transport.asked).toHaveLength(4);
  });
});

describe("a search for a deep page of several nodes", () => {
  const TABLE = [["a"], ["b"], ["c"], ["d"]];
  const dealt = (node: number) => numbered(4000).filter(([id]) => id % 4 === node);
  const nodes = { a: dealt(0), b: dealt(1), c: dealt(2), d: dealt(3) };
  const deep = { q: "x", offset: 500, limit: 10 };
  const shown = (from: number) =>
    Array.from({ length: 10 }, (_, at) => ({ id: from + at, title: `document ${from + at}` }));

  it("ranks ids first and then fetches each node's own run of hits", async () => {
    const { search, bodies } = await start(rankedNodes(nodes), { table: TABLE });
    const { body, meta } = await search({ ...deep, facets: ["genre"], attributesToHighlight: ["*"] });
    expect(body).toMatchObject({ offset: 500, limit: 10, estimatedTotalHits: 4000 });
    expect(body["hits"]).toEqual(shown(500));
    const [first, second] = [bodies().slice(0, 4), bodies().slice(4)];
    for (const asked of first) {
      expect(asked).toMatchObject({ offset: 0, limit: 156, attributesToRetrieve: ["id"], facets: ["genre"] });
      expect(asked).not.toHaveProperty("attributesToHighlight");
    }
    expect(second.map(({ offset, limit }) => [offset, limit])).toEqual([
      [125, 3],
      [125, 3],
      [125, 2],
      [125, 2],
    ]);
    for (const asked of second) {
      expect(asked).toMatchObject({ attributesToHighlight: ["*"] });
      expect(asked).not.toHaveProperty("facets");
      expect(asked).not.toHaveProperty("showRankingScoreDetails");
    }
    expect(meta?.search).toEqual({ hitsParsed: 4 * 156 + 10, topUps: 0, twoStep: "used" });
  });

  it("pages, and shows what ranks hits as it was when they were ranked", async () => {
    const { search } = await start(rankedNodes(nodes), { table: TABLE });
    const { body } = await search({ q: "x", page: 51, hitsPerPage: 10, showRankingScoreDetails: true });
    expect(body).toMatchObject({ page: 51, hitsPerPage: 10, totalHits: 4000, totalPages: 400 });
    const details = (id: number) => ({ _rankingScoreDetails: { typo: { order: 0, typoCount: id } } });
    expect(body["hits"]).toEqual(shown(500).map((hit) => ({ ...hit, ...details(hit.id) })));
  });

  it("shows no id to those who did not ask for it", async () => {
    const { search } = await start(rankedNodes(nodes), { table: TABLE });
    const { body, meta } = await search({ ...deep, attributesToRetrieve: ["title"] });
    expect(body["hits"]).toEqual(shown(500).map(({ title }) => ({ title })));
    expect(meta?.search).toMatchObject({ twoStep: "used" });
  });

  it("asks nobody again for a page behind the last hit", async () => {
    const { search, bodies } = await start(rankedNodes(nodes), { table: TABLE });
    expect((await search({ ...deep, filter: "x = 1", offset: 990 })).body["hits"]).toHaveLength(10);
    const few = await start(rankedNodes({ a: dealt(0).slice(0, 9) }), { table: TABLE });
    expect((await few.search(deep)).body["hits"]).toEqual([]);
    expect(bodies()).toHaveLength(8);
    expect(few.bodies()).toHaveLength(4);
  });

  it("is one step where the window begins early or is long", async () => {
    const { search } = await start(rankedNodes(nodes), { table: TABLE });
    for (const window of [
      { offset: 99, limit: 1 },
      { offset: 100, limit: 60 },
      { page: 2, hitsPerPage: 200 },
    ]) {
      expect((await search({ q: "x", ...window })).meta?.search).not.toHaveProperty("twoStep");
    }
    expect((await search({ q: "x", offset: 100, limit: 50 })).meta?.search).toHaveProperty("twoStep", "used");
  });

  it("fetches all at once after all when documents changed between the steps", async () => {
    const moved = { ...nodes, b: dealt(1).slice(1) };
    const { search, bodies } = await start(
      (request) => rankedNodes(searchBody(request)["attributesToRetrieve"] === undefined ? moved : nodes)(request),
      { table: TABLE },
    );
    const { body, meta } = await search(deep);
    expect((body["hits"] as JsonObject[]).map(({ id }) => id)).toEqual([
      501, 502, 503, 504, 505, 506, 507, 508, 509, 510,
    ]);
    expect(bodies().slice(8)).toMatchObject(TABLE.map(() => ({ offset: 0, limit: 510 })));
    expect(meta?.search).toEqual({ hitsParsed: 4 * 156 + 4 * 510, topUps: 0, twoStep: "fell back" });
  });

  it("fetches all at once after all when a replica fails between the steps", async () => {
    const { search, clock } = await start(
      (request) => {
        const { offset } = searchBody(request);
        const isLost = request.node.id === "a" && offset !== 0;
        return isLost ? "hang" : rankedNodes({ ...nodes, e: nodes.a, f: nodes.b, g: nodes.c, h: nodes.d })(request);
      },
      { table: TABLE, secondTable: [["e"], ["f"], ["g"], ["h"]] },
    );
    const answered = search(deep);
    await clock.advance(1000);
    const { body, meta } = await answered;
    expect(body["hits"]).toEqual(shown(500));
    expect(meta).toMatchObject({ degraded: false, search: { twoStep: "fell back" } });
  });
});
