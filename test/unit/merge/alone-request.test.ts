import { describe, expect, it } from "vitest";
import { planAlone } from "../../../src/merge/alone-request.ts";
import { mergeSearch } from "../../../src/merge/search.ts";
import { VIEW } from "./ranked-corpus.ts";

const HIDING = { ...VIEW, displayedAttributes: ["id", "title"] };

describe("the request for a node that has all documents", () => {
  it("is the user's own, apart from what users must not see", () => {
    const request = { q: "a", page: 3, distinct: "sku", facets: ["*"] };
    const view = { ...HIDING, filterableAttributes: ["genre"] };
    expect(planAlone(request, view)?.body).toEqual({
      ...request,
      facets: ["genre"],
      attributesToRetrieve: ["id", "title"],
    });
    expect(planAlone(request, VIEW)?.body).toEqual({ ...request, facets: ["genre", "price"] });
  });

  it("stays what it was where search rules may pin hits", () => {
    const searchRules = { pins: [], isOutdated: false, mostAlternatives: undefined };
    expect(planAlone({ q: "a" }, { ...VIEW, searchRules })).toBeUndefined();
  });

  it("is sent on as it came where a node refuses it", () => {
    expect(planAlone({ limit: -1, facets: 3 }, VIEW)?.body).toEqual({ limit: -1, facets: 3 });
  });

  it("is answered with the node's own page and count of hits by vector", () => {
    const request = { q: "a", offset: 2, limit: 1, showRankingScore: true };
    const plan = planAlone(request, VIEW)?.plan;
    if (plan === undefined) throw new Error("there is no plan");
    const hits = [{ id: 7, _rankingScore: 0.5, _miroir_version: "x" }];
    const answer = { hits, query: "a", processingTimeMs: 1, estimatedTotalHits: 9, semanticHitCount: 1 };
    expect(mergeSearch({ request, plan, view: VIEW, parts: [{ order: 0, body: answer }] }).body).toEqual({
      hits: [{ id: 7, _rankingScore: 0.5 }],
      ...{ query: "a", processingTimeMs: 1, limit: 1, offset: 2, estimatedTotalHits: 9, semanticHitCount: 1 },
    });
  });
});
