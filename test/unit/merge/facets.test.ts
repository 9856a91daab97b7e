import { describe, expect, it } from "vitest";
import { arrangeFacet } from "../../../src/merge/facet-order.ts";
import { mergeFacets } from "../../../src/merge/facets.ts";
import { VIEW } from "./ranked-corpus.ts";

const facets = (name: string, values: Record<string, number>, stats = {}) => ({
  facetDistribution: { [name]: values },
  facetStats: stats,
});

describe("merged facets", () => {
  it("add counts, join attributes of all nodes and sort them by name", () => {
    const bodies = [facets("b", { x: 1, y: 2 }), facets("a", { z: 1 }), facets("b", { y: 3 })];
    expect(JSON.stringify(mergeFacets(bodies, { view: VIEW, candidates: 7 }).distribution)).toBe(
      '{"a":{"z":1},"b":{"x":1,"y":5}}',
    );
  });

  it("show the more frequent spelling of values that the server takes for one", () => {
    const bodies = [facets("g", { noel: 1, Noël: 1 }), facets("g", { NOËL: 2 })];
    expect(mergeFacets(bodies, { view: VIEW, candidates: 4 }).distribution).toEqual({ g: { noel: 1, NOËL: 3 } });
  });

  it("stay as one node gave them when it was the only one, ties by count included", () => {
    const view = { ...VIEW, sortFacetValuesBy: { "*": "count" } as const, facetMax: 3 };
    const shown = (bodies: ReturnType<typeof facets>[]) =>
      Object.keys(mergeFacets(bodies, { view, candidates: 3 }).distribution["g"] as object);
    expect(shown([facets("g", { a: 1, c: 1, b: 1 })])).toEqual(["a", "c", "b"]);
    expect(shown([facets("g", { a: 1, c: 1 }), facets("g", { b: 1 })])).toEqual(["c", "b", "a"]);
  });

  it("join spellings beside numbers too", () => {
    const numeric = { g: { min: 1, max: 1 } };
    const bodies = [facets("g", { 1: 1, A: 1 }, numeric), facets("g", { a: 2 })];
    expect(mergeFacets(bodies, { view: VIEW, candidates: 4 }).distribution).toEqual({ g: { 1: 1, a: 3 } });
  });

  it("take the smallest minimum and the largest maximum", () => {
    const bodies = [
      facets("p", { 1: 1, 5: 1 }, { p: { min: 1, max: 5 } }),
      facets("p", { "-2.5": 1 }, { p: { min: -2.5, max: -2.5 } }),
    ];
    expect(mergeFacets(bodies, { view: VIEW, candidates: 3 }).stats).toEqual({ p: { min: -2.5, max: 5 } });
  });

  it("are approximate once a node has cut off its list", () => {
    const view = { ...VIEW, facetMax: 1, physicalFacetMax: 2 };
    const bodies = [facets("g", { a: 1, b: 1 }), facets("g", { b: 5 })];
    expect(mergeFacets(bodies, { view, candidates: 9 })).toMatchObject({
      distribution: { g: { a: 1 } },
      truncated: ["g"],
    });
    expect(mergeFacets(bodies.slice(1), { view, candidates: 5 }).truncated).toEqual([]);
  });

  it("never show miroir's own fields", () => {
    const bodies = [{ facetDistribution: { _miroir_shard: { x: 1 } }, facetStats: { _miroir_x: { min: 1, max: 2 } } }];
    expect(mergeFacets(bodies, { view: VIEW, candidates: 1 })).toMatchObject({ distribution: {}, stats: {} });
  });
});

describe("the values of one facet", () => {
  const counts = new Map([
    ["10", 1],
    ["9", 4],
    ["-1.5", 2],
    ["b", 3],
    ["A", 3],
  ]);
  const shown = (options: Partial<Parameters<typeof arrangeFacet>[1]>) =>
    Object.keys(arrangeFacet(counts, { order: "alpha", isNumeric: true, candidates: 10, max: 100, ...options })).sort();

  it("are cut in the order of the numbers' text while candidates are few, numerically above 3,000", () => {
    expect(shown({ max: 2 })).toEqual(["-1.5", "10"]);
    expect(shown({ max: 2, candidates: 3001 })).toEqual(["-1.5", "9", "A", "b"]);
    expect(shown({ max: 4, candidates: 3001 })).toEqual(["-1.5", "10", "9", "A"]);
  });

  it("are cut by count when the settings say so, numbers before texts", () => {
    expect(shown({ max: 4, order: "count" })).toEqual(["-1.5", "10", "9", "b"]);
  });

  it("are texts when the attribute has no numbers", () => {
    expect(
      Object.keys(
        arrangeFacet(
          new Map([
            ["b", 1],
            ["A1", 2],
            ["a0", 1],
          ]),
          { order: "alpha", isNumeric: false, candidates: 4, max: 2 },
        ),
      ),
    ).toEqual(["a0", "A1"]);
    expect(
      Object.keys(
        arrangeFacet(
          new Map([
            ["b", 1],
            ["a1", 2],
            ["a0", 1],
          ]),
          { order: "count", isNumeric: false, candidates: 4, max: 3 },
        ),
      ),
    ).toEqual(["a1", "b", "a0"]);
  });
});
