import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { mergeSearch } from "../../../src/merge/search.ts";
import type { SearchView } from "../../../src/merge/search-view.ts";
import { planSearch } from "../../../src/merge/shard-request.ts";
import { VIEW } from "./ranked-corpus.ts";

function merge(request: JsonObject, bodies: unknown[], view: SearchView = VIEW) {
  const { plan } = planSearch(request, view);
  return mergeSearch({ request, plan, view, parts: bodies.map((body, order) => ({ order, body })) });
}

const words = (matchingWords: number) => ({ words: { order: 0, matchingWords } });
const answer = (hits: JsonObject[], more: JsonObject = {}): JsonObject => ({
  ...{ hits, query: "a", processingTimeMs: 1, limit: 20, offset: 0, estimatedTotalHits: hits.length },
  ...more,
});

describe("a merged search answer", () => {
  it("has the server's fields in the server's order", () => {
    const more = { requestUid: "u1", metadata: { queryUid: "m" }, performanceDetails: { search: "1ms" } };
    const first = answer([], { ...more, facetDistribution: {}, facetStats: {}, semanticHitCount: 0, queryVector: [1] });
    const slow = answer([], { processingTimeMs: 9, performanceDetails: { search: "9ms" } });
    const { body } = merge({ q: "a", facets: ["genre"] }, [first, slow]);
    expect(Object.entries(body)).toEqual([
      ["hits", []],
      ["query", "a"],
      ["queryVector", [1]],
      ["processingTimeMs", 9],
      ["limit", 20],
      ["offset", 0],
      ["estimatedTotalHits", 0],
      ["facetDistribution", {}],
      ["facetStats", {}],
      ["requestUid", "u1"],
      ["metadata", { queryUid: "m" }],
      ["performanceDetails", { search: "9ms" }],
      ["semanticHitCount", 0],
    ]);
  });

  it("has no facet fields unless facets were asked for", () => {
    const part = answer([], { facetDistribution: { genre: { a: 1 } }, facetStats: {} });
    expect(merge({ q: "a", facets: [] }, [part, part]).body).not.toHaveProperty("facetDistribution");
  });

  it("cuts the list at maxTotalHits, as each index's list is, but not the total", () => {
    const hits = [1, 2, 3].map((id) => ({ id, _rankingScoreDetails: words(1) }));
    const part = answer(hits, { estimatedTotalHits: 50 });
    const { body } = merge({ q: "a", offset: 1 }, [part, part], { ...VIEW, maxTotalHits: 3 });
    expect(body["hits"]).toEqual([{ id: 1 }, { id: 2 }]);
    expect(body["estimatedTotalHits"]).toBe(100);
  });

  it("shows a hit without miroir's fields, and without scores that the user did not ask for", () => {
    const hit = {
      ...{ id: 1, _miroir_shard: ["x"], _miroir_version: "y", _formatted: { id: "1", _miroir_shard: ["x"] } },
      ...{ _matchesPosition: {}, _rankingScore: 1, _rankingScoreDetails: words(1) },
    };
    const [first] = merge({ q: "a" }, [answer([hit]), answer([])]).body["hits"] as JsonObject[];
    expect(first).toEqual({ id: 1, _formatted: { id: "1" }, _matchesPosition: {} });
    const asked = { q: "a", showRankingScore: true, showRankingScoreDetails: true };
    const [scored] = merge(asked, [answer([hit])]).body["hits"] as JsonObject[];
    expect(scored).toMatchObject({ _rankingScore: 1, _rankingScoreDetails: words(1) });
    expect(hit._miroir_shard).toEqual(["x"]);
  });

  it("hides attributes that only nodes display, in hits, positions and rule values", () => {
    const view = { ...VIEW, displayedAttributes: ["id"], distinctAttribute: "sku" };
    const hit = {
      ...{ id: 1, sku: "s", _formatted: { id: "1", sku: "s" }, _matchesPosition: { id: [], sku: [], price: [] } },
      _rankingScoreDetails: { ...words(1), "price:asc": { order: 1, value: 3 } },
    };
    const request = { q: "a", showRankingScoreDetails: true, attributesToHighlight: ["id"] };
    const [shown] = merge(request, [answer([hit])], view).body["hits"] as JsonObject[];
    expect(shown).toEqual({
      ...{ id: 1, _formatted: { id: "1" }, _matchesPosition: { id: [] } },
      _rankingScoreDetails: { ...words(1), "<hidden-rule-1>": { order: 1, value: "<hidden>" } },
    });
  });

  it.each(["a", ""])("takes ties from the nodes in turn, each in its own order (query %j)", (q) => {
    const part = (...ids: number[]) => answer(ids.map((id) => ({ id, _rankingScoreDetails: words(1) })));
    const { body } = merge({ q }, [part(9, 2, 5), part(1, 3)]);
    expect((body["hits"] as JsonObject[]).map(({ id }) => id)).toEqual([9, 1, 2, 3, 5]);
  });

  it("counts turns anew for every rank", () => {
    const part = (...hits: [id: number, count: number][]) =>
      answer(hits.map(([id, count]) => ({ id, _rankingScoreDetails: words(count) })));
    const { body } = merge({ q: "a" }, [part([1, 3], [2, 3], [3, 1], [4, 1]), part([5, 1], [6, 1])]);
    expect((body["hits"] as JsonObject[]).map(({ id }) => id)).toEqual([1, 2, 3, 5, 4, 6]);
  });

  it("puts pinned hits at their places, and moves late ones up", () => {
    const pin = (id: number, position: number) => ({ id, _rankingScoreDetails: { pin: { order: 0, position } } });
    const hit = (id: number, count: number) => ({ id, _rankingScoreDetails: words(count) });
    const bodies = [answer([hit(1, 3), pin(2, 1), pin(3, 9)]), answer([pin(4, 0), hit(5, 2)])];
    const ids = (limit: number) => (merge({ q: "a", limit }, bodies).body["hits"] as JsonObject[]).map(({ id }) => id);
    expect(ids(20)).toEqual([4, 2, 1, 5, 3]);
    expect(ids(3)).toEqual([4, 2, 1]);
  });

  it("takes duplicates of the distinct value out of the total", () => {
    const part = (id: number) => answer([{ id, sku: "Ä ", _rankingScoreDetails: words(id) }]);
    const merged = merge({ q: "a", distinct: "sku" }, [part(1), part(2)]);
    expect(merged.body).toMatchObject({ hits: [{ id: 2, sku: "Ä " }], estimatedTotalHits: 1 });
    expect(merged.exactness).toMatchObject({ totals: "approximate", order: "exact" });
  });

  it("leaves the nodes' answers as they were", () => {
    const request = { q: "a", distinct: "maker.sku", attributesToRetrieve: ["maker.name"] };
    const part = answer([{ maker: { sku: 1, name: "n" }, _rankingScoreDetails: words(1) }]);
    const before = structuredClone(part);
    expect(merge(request, [part, answer([])]).body["hits"]).toEqual([{ maker: { name: "n" } }]);
    expect(part).toEqual(before);
  });

  it("treats numbers and texts as different distinct values, and keeps hits without one", () => {
    const hits = [1, "1", null, undefined].map((sku, id) => ({
      id,
      ...(sku === undefined ? {} : { sku }),
      _rankingScoreDetails: words(1),
    }));
    const merged = merge({ q: "a", distinct: "sku" }, [answer(hits), answer(hits)]);
    expect((merged.body["hits"] as JsonObject[]).map(({ id }) => id)).toEqual([0, 1, 2, 2, 3, 3]);
  });

  it("says when the order is not that of one node", () => {
    const several = answer([{ id: 1, sku: ["a", "b"], _rankingScoreDetails: words(1) }]);
    expect(merge({ q: "a", distinct: "sku" }, [several, answer([])]).exactness.order).toBe("approximate");
    const cut = answer([{ id: 1, _rankingScoreDetails: { skipped: { order: 0 } } }]);
    expect(merge({ q: "a" }, [cut, answer([])]).exactness.reasons).toEqual(["A node ran out of search time."]);
    expect(merge({ q: "a", matchingStrategy: "frequency" }, [answer([]), answer([])]).exactness.order).toBe(
      "approximate",
    );
    expect(merge({ q: "a", matchingStrategy: "frequency" }, [answer([])]).exactness.order).toBe("exact");
  });

  it("counts the hits of the page that a vector took part in", () => {
    const near = { id: 1, _rankingScoreDetails: { vectorSort: { order: 0, similarity: 0.9 } } };
    const request = { q: "a", hybrid: { embedder: "e", semanticRatio: 1 }, limit: 1 };
    const part = answer([near], { semanticHitCount: 1 });
    expect(merge(request, [part, part]).body["semanticHitCount"]).toBe(1);
  });

  it.each<[string, unknown[]]>([
    ["no part", []],
    ["an answer that is no object", ["oops"]],
    ["an answer without hits", [{ query: "a", estimatedTotalHits: 0 }]],
    ["hits without rule values", [answer([{ id: 1 }]), answer([{ id: 2 }])]],
    ["an answer without a total", [{ hits: [], query: "a" }]],
    ["facets that are no object", [answer([], { facetDistribution: { genre: 3 } }), answer([])]],
  ])("refuses %s", (_what, bodies) => {
    expect(() => merge({ q: "a", facets: ["genre"] }, bodies)).toThrow(/cannot be merged/);
  });
});
