import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { isKeywordGoodEnough, mergeHybrid } from "../../../src/merge/hybrid.ts";
import { planHybrid } from "../../../src/merge/hybrid-plan.ts";
import { searchKind } from "../../../src/merge/search-kind.ts";
import { VIEW } from "./ranked-corpus.ts";

const EMBEDDERS = { mini: { source: "userProvided", dimensions: 2 } };

const word = (id: number, score: number): JsonObject => ({
  id,
  _rankingScore: score,
  _rankingScoreDetails: {
    words: { order: 0, matchingWords: 1, maxMatchingWords: 1, score: 1 },
    attributeRank: { order: 1, score },
  },
});
const near = (id: number, similarity: number | null): JsonObject => ({
  id,
  _rankingScore: similarity ?? 0,
  _rankingScoreDetails: { vectorSort: { order: 0, similarity } },
});
const part = (order: number, hits: JsonObject[], estimatedTotalHits: number) => ({
  order,
  body: { hits, query: "x", processingTimeMs: 1, limit: 4, offset: 0, estimatedTotalHits, semanticHitCount: 0 },
});

function merge(limit: number, semanticRatio: number, halves: { keyword: JsonObject[][]; semantic: JsonObject[][] }) {
  const request = { q: "x", vector: [1, 0], hybrid: { embedder: "mini", semanticRatio }, limit };
  const plan = planHybrid(request, { kind: "hybrid", embedder: "mini", semanticRatio }, VIEW);
  return {
    ...{ ...plan, request, view: VIEW, semanticRatio },
    keyword: halves.keyword.map((hits, order) => part(order, hits, hits.length)),
    semantic: halves.semantic.map((hits, order) => part(order, hits, 5)),
  };
}

describe("a hybrid search over several nodes", () => {
  it("takes the better head of both merged halves, each document once, the semantic one on ties", () => {
    const merged = mergeHybrid(
      merge(5, 0.5, {
        keyword: [[word(1, 0.8), word(2, 0.5)], [word(3, 0.7)]],
        semantic: [
          [near(4, 0.9), near(1, 0.2), near(2, null)],
          [near(5, 0.7), near(3, 0.1)],
        ],
      }),
    );
    const { hits, semanticHitCount, estimatedTotalHits } = merged.body;
    expect((hits as JsonObject[]).map(({ id }) => id)).toEqual([4, 1, 5, 3, 2]);
    expect(hits).toEqual([{ id: 4 }, { id: 1 }, { id: 5 }, { id: 3 }, { id: 2 }]);
    expect({ semanticHitCount, estimatedTotalHits }).toEqual({ semanticHitCount: 2, estimatedTotalHits: 10 });
    expect(merged.exactness.order).toBe("approximate");
    expect(merged.exactness.reasons).toEqual([expect.stringContaining("fractions of each node's own")]);
  });

  it("leaves the vectors out when the words of all nodes together are good enough, and only then", () => {
    const halves = { keyword: [[word(1, 1)], [word(2, 0.95)]], semantic: [[near(3, 1)], []] };
    expect(mergeHybrid(merge(2, 0.5, halves)).body).toMatchObject({
      hits: [{ id: 1 }, { id: 2 }],
      semanticHitCount: 0,
      estimatedTotalHits: 2,
    });
    expect(isKeywordGoodEnough(merge(3, 0.5, halves))).toBe(false);
    expect(isKeywordGoodEnough(merge(2, 0.6, halves))).toBe(false);
    expect(isKeywordGoodEnough(merge(0, 0.9, halves))).toBe(true);
  });

  it("answers by words where there is no vector", () => {
    const merged = mergeHybrid(merge(9, 0.5, { keyword: [[word(1, 0.2)], [word(2, 0.3)]], semantic: [] }));
    expect(merged.body).toMatchObject({ hits: [{ id: 2 }, { id: 1 }], semanticHitCount: 0, estimatedTotalHits: 2 });
  });

  it("asks for the words in the search by vector only where they mark hits or leave some out", () => {
    const ask = (more: JsonObject, q = "x") =>
      planHybrid({ q, ...more }, { kind: "hybrid", embedder: "mini", semanticRatio: 0.3 }, VIEW).semantic["hybrid"];
    expect(ask({})).toEqual({ embedder: "mini", semanticRatio: 1 });
    const almost = { embedder: "mini", semanticRatio: 0.9999999 };
    expect(Math.fround(almost.semanticRatio)).toBeLessThan(1);
    for (const more of [{ attributesToHighlight: ["*"] }, { attributesToCrop: ["a"] }, { showMatchesPosition: true }]) {
      expect(ask(more)).toEqual(almost);
    }
    expect(ask({}, "x -y")).toEqual(almost);
  });
});

describe("the kind of a search", () => {
  const kind = (request: JsonObject) => searchKind(request, EMBEDDERS).kind;
  const hybrid = { embedder: "mini" };

  it("goes by words, vector and ratio as the server's does", () => {
    expect(kind({ q: "x", hybrid })).toBe("hybrid");
    expect(kind({ q: "x", vector: [1, 0], hybrid: { ...hybrid, semanticRatio: 1 } })).toBe("semantic");
    expect(kind({ q: " ", vector: [1, 0], hybrid })).toBe("semantic");
    expect(kind({ media: { image: "x" }, hybrid })).toBe("semantic");
    expect(kind({ q: "", hybrid })).toBe("keyword");
    expect(kind({ q: "x", hybrid: { ...hybrid, semanticRatio: 0 } })).toBe("keyword");
    expect(kind({ q: "x" })).toBe("keyword");
  });

  it("is that of a search by words for what a node refuses, which is sent as it came", () => {
    expect(kind({ q: "x", hybrid: { embedder: "none" } })).toBe("keyword");
    expect(kind({ q: "x", hybrid: { ...hybrid, semanticRatio: 7 } })).toBe("keyword");
    expect(kind({ q: "x", hybrid, vector: [1], media: {} })).toBe("keyword");
    expect(kind({ q: "x", hybrid, vector: "1" })).toBe("keyword");
    expect(kind({ q: "x", hybrid: "mini", vector: [1] })).toBe("keyword");
  });
});
