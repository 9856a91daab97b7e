import { describe, expect, it } from "vitest";
import { planSearch, withShardFilter } from "../../../src/merge/shard-request.ts";
import { VIEW } from "./ranked-corpus.ts";

const HIDING = { ...VIEW, displayedAttributes: ["id", "title", "author"], distinctAttribute: "sku" };

const added = { path: "sku", hasSiblings: false };

describe("the request for each node", () => {
  it("asks from the first hit on for all hits up to the end of the window", () => {
    const { body, plan } = planSearch({ q: "a", offset: 40, limit: 10 }, VIEW);
    expect(body).toEqual({ q: "a", offset: 0, limit: 50, showRankingScoreDetails: true });
    expect(plan).toMatchObject({ window: { mode: "offset", offset: 40, limit: 10 }, required: 50 });
  });

  it.each([
    [{ hitsPerPage: 7 }, 7],
    [{ page: 3 }, 60],
    [{ page: 3, hitsPerPage: 7 }, 21],
    [{ page: 0, hitsPerPage: 7 }, 0],
    [{ page: 500, hitsPerPage: 7 }, 1000],
  ])("keeps page mode, which counts exhaustively: %j asks for %i hits", (paging, hitsPerPage) => {
    const { body } = planSearch({ q: "a", limit: 3, ...paging }, VIEW);
    expect(body).toMatchObject({ page: 1, hitsPerPage });
    expect(body).not.toHaveProperty("limit");
  });

  it("asks for rule values only where they decide the order", () => {
    const asks = (request: Parameters<typeof planSearch>[0], view = VIEW) =>
      planSearch(request, view).body["showRankingScoreDetails"] === true;
    expect(asks({ q: "" })).toBe(false);
    expect(asks({ q: "a", limit: 0 })).toBe(false);
    expect(asks({ q: "", sort: ["price:asc"] })).toBe(true);
    expect(asks({ q: "", hybrid: { embedder: "e" } })).toBe(true);
    expect(asks({}, { ...VIEW, searchRules: { pins: [], isOutdated: false, mostAlternatives: undefined } })).toBe(true);
    expect(asks({}, { ...VIEW, rankingRules: ["words", "price:desc"] })).toBe(true);
    expect(planSearch({ q: "a" }, VIEW).body).not.toHaveProperty("showRankingScore");
  });

  it("writes `*` facets out as the logical attributes, so that miroir's own are never counted", () => {
    const filterableAttributes = ["genre", { attributePatterns: ["price", "year"] }];
    expect(planSearch({ facets: ["*"] }, { ...VIEW, filterableAttributes }).body["facets"]).toEqual([
      "genre",
      "price",
      "year",
    ]);
    const patterns = [{ attributePatterns: ["attr_*"] }];
    expect(planSearch({ facets: ["*"] }, { ...VIEW, filterableAttributes: patterns }).body["facets"]).toEqual(["*"]);
  });

  it("leaves attributes that cannot be filtered by out of written-out facets", () => {
    const none = { attributePatterns: ["x"], features: { filter: { equality: false, comparison: false } } };
    expect(planSearch({ facets: ["*"] }, { ...VIEW, filterableAttributes: [none] }).body["facets"]).toEqual([]);
  });

  it("asks for the distinct attribute and takes it out again", () => {
    const { body, plan } = planSearch({ q: "a", distinct: "sku", attributesToRetrieve: ["title"] }, VIEW);
    expect(body["attributesToRetrieve"]).toEqual(["title", "sku"]);
    expect(plan).toMatchObject({ distinct: "sku", hitExtras: [added], formattedExtras: [added] });
    const parent = planSearch({ q: "a", distinct: "maker.sku", attributesToRetrieve: ["maker"] }, VIEW);
    expect(parent.plan.hitExtras).toEqual([]);
  });

  it("keeps what the user has highlighted in `_formatted`", () => {
    const request = { q: "a", distinct: "sku", attributesToRetrieve: ["title"], attributesToHighlight: ["*"] };
    expect(planSearch(request, VIEW).plan.formattedExtras).toEqual([]);
  });

  it("asks for displayed attributes only, although nodes display more", () => {
    const { body, plan } = planSearch(
      { q: "a", attributesToHighlight: ["*", "price"], attributesToCrop: ["*:5", "sku:3"] },
      HIDING,
    );
    expect(body).toMatchObject({
      attributesToRetrieve: ["id", "title", "author", "sku"],
      attributesToHighlight: ["id", "title", "author"],
      attributesToCrop: ["id:5", "title:5", "author:5"],
    });
    expect(plan).toMatchObject({ hidden: ["price", "sku"], hitExtras: [added] });
    const asked = planSearch({ q: "a", attributesToRetrieve: ["price", "title"] }, HIDING).body;
    expect(asked["attributesToRetrieve"]).toEqual(["title", "sku"]);
  });

  it("passes on what a node refuses, so that the refusal is the node's own", () => {
    const refused = {
      ...{ q: "a", limit: "ten", offset: null, page: -1, showRankingScoreDetails: "yes", facets: ["*", 3] },
      ...{ attributesToRetrieve: "title", attributesToHighlight: [1], attributesToCrop: {} },
    };
    expect(planSearch(refused, HIDING).body).toMatchObject(refused);
    expect(planSearch({ q: "a", page: null, hitsPerPage: null }, VIEW).body).toMatchObject({ offset: 0, limit: 20 });
  });

  it("says when the distinct attribute cannot be seen", () => {
    expect(planSearch({ q: "a", distinct: "secret" }, HIDING).plan.isDistinctVisible).toBe(false);
    expect(planSearch({ q: "a" }, HIDING).plan.isDistinctVisible).toBe(true);
  });
});

describe("the shard filter", () => {
  it("is one more condition beside the user's own, which is never rewritten", () => {
    expect(withShardFilter(undefined, "s")).toEqual(["s"]);
    expect(withShardFilter(null, "s")).toEqual(["s"]);
    expect(withShardFilter("a = 1 OR b = 2", "s")).toEqual(["a = 1 OR b = 2", "s"]);
    expect(withShardFilter(["a = 1", ["b = 2", "c = 3"]], "s")).toEqual(["a = 1", ["b = 2", "c = 3"], "s"]);
  });
});
