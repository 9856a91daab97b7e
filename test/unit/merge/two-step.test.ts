import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { planSearch } from "../../../src/merge/shard-request.ts";
import { fillPage, listWindows, planTwoSteps } from "../../../src/merge/two-step.ts";
import { VIEW } from "./ranked-corpus.ts";

const plan = (request: JsonObject, primaryKey: string | null = "id") =>
  planTwoSteps(request, planSearch(request, VIEW), primaryKey);

const DEEP = { q: "a", offset: 300, limit: 20 };

describe("a search in two steps", () => {
  it("ranks by ids and then fetches what the user wants to see", () => {
    const more = { filter: "x = 1", facets: ["genre"], showRankingScore: true, attributesToCrop: ["title"] };
    const steps = plan({ ...DEEP, ...more, attributesToRetrieve: ["title"], showMatchesPosition: true });
    const common = { q: "a", offset: 0, limit: 320, filter: "x = 1" };
    expect(steps?.ranking).toEqual({
      ...common,
      ...{ facets: ["genre"], showRankingScore: true, showRankingScoreDetails: true, attributesToRetrieve: ["id"] },
    });
    expect(steps?.shaping).toEqual({
      ...common,
      ...{ attributesToRetrieve: ["title", "id"], attributesToCrop: ["title"], showMatchesPosition: true },
    });
    expect(steps?.plan.hitExtras).toEqual([{ path: "id", hasSiblings: false }]);
  });

  it.each<[string, JsonObject]>([
    ["the first hundred hits", { q: "a", offset: 99, limit: 1 }],
    ["a window longer than half of what lies before it", { q: "a", offset: 300, limit: 151 }],
    ["a window that maxTotalHits leaves nothing of", { q: "a", offset: 1000, limit: 10 }],
    ["no page at all", { q: "a", page: 0, hitsPerPage: 10 }],
    ["what a node must refuse", { ...DEEP, attributesToHighlight: 3 }],
  ])("is one for %s", (_what, request) => {
    expect(plan(request)).toBeUndefined();
  });

  it("is one for documents without a known id", () => {
    expect(plan(DEEP, null)).toBeUndefined();
  });
});

describe("the hits of a page", () => {
  it("lie next to each other in the list of each node", () => {
    const [a = [], b = [], c = []] = [[{}, {}, {}, {}], [{}, {}], [{}]];
    const page = [a[1], b[0], a[2], b[1]].filter((hit) => hit !== undefined);
    expect(listWindows([a, b, c], page)).toEqual([{ offset: 1, limit: 2 }, { offset: 0, limit: 2 }, undefined]);
  });

  const ranked = [
    { key: { id: 2 }, _rankingScore: 0.5 },
    { key: { id: "1" }, _rankingScore: 0.4 },
  ];

  it("keep their order and scores", () => {
    const shaped = [
      { key: { id: 1 }, title: "one" },
      { key: { id: 2 }, title: "two", _rankingScore: 0 },
    ];
    expect(fillPage(ranked, shaped, "key.id")).toEqual([
      { key: { id: 2 }, title: "two", _rankingScore: 0.5 },
      { key: { id: 1 }, title: "one", _rankingScore: 0.4 },
    ]);
  });

  it.each([
    ["another", [{ key: { id: 2 } }, { key: { id: 3 } }]],
    ["fewer", [{ key: { id: 2 } }]],
    ["more", [{ key: { id: 2 } }, { key: { id: 1 } }, { key: { id: 3 } }]],
    ["the same twice", [{ key: { id: 2 } }, { key: { id: 2 } }]],
  ])("are not known when %s came than were ranked", (_what, shaped) => {
    expect(fillPage(ranked, shaped, "key.id")).toBeUndefined();
  });
});
