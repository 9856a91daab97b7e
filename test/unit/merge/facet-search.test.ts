import { describe, expect, it } from "vitest";
import { mergeFacetSearch } from "../../../src/merge/facet-search.ts";
import type { Part } from "../../../src/merge/part.ts";
import { VIEW } from "./ranked-corpus.ts";

const part = (order: number, hits: Record<string, number>, processingTimeMs = 0) => ({
  order,
  body: {
    facetHits: Object.entries(hits).map(([value, count]) => ({ value, count })),
    facetQuery: null,
    processingTimeMs,
  },
});
const values = (hits: unknown) => (hits as { value: string }[]).map(({ value }) => value);

describe("a merged facet search", () => {
  it("adds counts per value, in alphabetical order, with the query echoed", () => {
    const parts = [part(0, { sea: 2, Crime: 1 }, 3), part(1, { crime: 2, drama: 1 }, 5)];
    const { body } = mergeFacetSearch({ facetName: "genre", facetQuery: null, view: VIEW, parts });
    const facetHits = [
      { value: "crime", count: 3 },
      { value: "drama", count: 1 },
      { value: "sea", count: 2 },
    ];
    expect(JSON.stringify(body)).toBe(JSON.stringify({ facetHits, facetQuery: null, processingTimeMs: 5 }));
  });

  it("orders by count where the settings say so, equal counts with the larger value first, and cuts at the limit", () => {
    const view = { ...VIEW, facetMax: 2, physicalFacetMax: 3, sortFacetValuesBy: { "*": "count" } as const };
    const parts = [part(0, { a: 1, b: 1, c: 1 }), part(1, { a: 1, c: 1 })];
    const { body, isApproximate } = mergeFacetSearch({ facetName: "genre", facetQuery: "", view, parts });
    expect(values(body["facetHits"])).toEqual(["c", "a"]);
    expect(isApproximate).toBe(true);
  });

  it("is exact unless nodes leave duplicates out", () => {
    const approximate = (distinctAttribute: string | null, parts: Part[]) =>
      mergeFacetSearch({ facetName: "genre", facetQuery: null, view: { ...VIEW, distinctAttribute }, parts })
        .isApproximate;
    expect(approximate(null, [part(0, { a: 1 }), part(1, {})])).toBe(false);
    expect(approximate("sku", [part(0, { a: 1 }), part(1, {})])).toBe(true);
    expect(approximate("sku", [part(0, { a: 1 })])).toBe(false);
  });

  it("ignores accents in the order once there is a query, as the server's dictionary does", () => {
    const parts = [part(0, { é: 1, z: 1 }), part(1, { ea: 1, e: 1 })];
    const order = (facetQuery: string | null) =>
      values(mergeFacetSearch({ facetName: "genre", facetQuery, view: VIEW, parts }).body["facetHits"]);
    expect(order("e")).toEqual(["e", "é", "ea", "z"]);
    expect(order(null)).toEqual(["e", "ea", "é", "z"]);
  });
});
