import { describe, expect, it } from "vitest";
import { planQuery } from "../../../src/merge/query-plan.ts";
import { searchKind } from "../../../src/merge/search-kind.ts";
import type { SearchView } from "../../../src/merge/search-view.ts";

const VIEW: SearchView = {
  primaryKey: "id",
  displayedAttributes: ["title"],
  sortableAttributes: [],
  rankingRules: ["words", "typo"],
  distinctAttribute: "sku",
  facetMax: 100,
  physicalFacetMax: 1000,
  sortFacetValuesBy: { "*": "alpha" },
  filterableAttributes: [],
  maxTotalHits: 1000,
};

const EMBEDDERS = { mini: { source: "userProvided" } };

const plan = (request: Parameters<typeof searchKind>[0], carriesId = false) =>
  planQuery({ request, kind: searchKind(request, EMBEDDERS), view: VIEW, carriesId });

describe("the plan of a query", () => {
  it("asks by words, by vector, or by both apart", () => {
    const words = plan({ q: "x" });
    expect([words.keyword?.["q"], words.semantic]).toEqual(["x", undefined]);
    const vector = plan({ vector: [1], attributesToSearchOn: ["title"], hybrid: { embedder: "mini" } });
    expect(vector.keyword).toBeUndefined();
    expect(vector.semantic).toMatchObject({ hybrid: { embedder: "mini" }, showRankingScoreDetails: true });
    expect(vector.semantic).not.toHaveProperty("attributesToSearchOn");
    const both = plan({ q: "x", vector: [1], hybrid: { embedder: "mini", semanticRatio: 0.3 } });
    expect(both.keyword).not.toHaveProperty("hybrid");
    expect(both.semantic).toMatchObject({ hybrid: { embedder: "mini", semanticRatio: 1 } });
  });

  it("searches both halves on the same attributes where words mark what is found by vector", () => {
    const hybrid = { q: "x", vector: [1], attributesToSearchOn: ["title"], hybrid: { embedder: "mini" } };
    expect(plan({ ...hybrid, attributesToHighlight: ["*"] }).semantic).toHaveProperty("attributesToSearchOn");
    expect(plan(hybrid).semantic).not.toHaveProperty("attributesToSearchOn");
  });

  it("lets hits of both halves carry the id and a distinct value that users do not see", () => {
    const { keyword, semantic, plan: merge } = plan({ q: "x", vector: [1], hybrid: { embedder: "mini" } });
    expect(keyword?.["attributesToRetrieve"]).toEqual(["title", "sku", "id"]);
    expect(semantic?.["attributesToRetrieve"]).toEqual(["title", "sku", "id"]);
    expect(merge.hitExtras.map(({ path }) => path)).toEqual(["sku", "id"]);
    expect(plan({ q: "x" }).keyword?.["attributesToRetrieve"]).toEqual(["title", "sku"]);
    expect(plan({ q: "x" }, true).keyword?.["attributesToRetrieve"]).toEqual(["title", "sku", "id"]);
  });

  it("leaves what a node refuses to the node", () => {
    for (const hybrid of [
      { embedder: "mini", ratio: 1 },
      { embedder: "none" },
      { embedder: "mini", semanticRatio: 2 },
    ]) {
      expect(plan({ q: "x", vector: [1], hybrid }).keyword).toMatchObject({ hybrid, vector: [1] });
    }
  });
});
