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
    const { body } = mergeFacetSearch({ request: { facetName: "genre" }, view: VIEW, parts });
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
    const { body, reasons } = mergeFacetSearch({ request: { facetName: "genre", facetQuery: "" }, view, parts });
    expect(values(body["facetHits"])).toEqual(["c", "a"]);
    expect(reasons).toEqual(["A node cut off the values, of which those with the highest counts are shown."]);
  });

  it("keeps the later of two equal counts at the limit, as the server's heap does", () => {
    const view = { ...VIEW, facetMax: 2, sortFacetValuesBy: { genre: "count" } as const };
    const parts = [part(0, { alpha: 1, beta: 2 }), part(1, { Zeta: 1, beta: 1 })];
    const { body, reasons } = mergeFacetSearch({ request: { facetName: "genre" }, view, parts });
    expect(values(body["facetHits"])).toEqual(["beta", "Zeta"]);
    expect(reasons).toEqual([]);
  });

  it("is exact unless nodes count or spell differently, and says why", () => {
    const reasons = (request: object, parts: Part[], distinctAttribute: string | null = null) =>
      mergeFacetSearch({ request: { facetName: "genre", ...request }, view: { ...VIEW, distinctAttribute }, parts })
        .reasons;
    const [one, two] = [part(0, { a: 1 }), part(1, { A: 1 })];
    expect(reasons({}, [one, part(1, {})])).toEqual([]);
    expect(reasons({}, [one], "sku")).toEqual([]);
    expect(reasons({}, [one, part(1, {})], "sku")).toEqual([expect.stringContaining("distinct attribute `sku`")]);
    expect(reasons({}, [one, two])).toEqual(["Documents spell a value differently."]);
    expect(reasons({ rankingScoreThreshold: 0.5 }, [one, one])).toEqual([expect.stringContaining("threshold")]);
    expect(reasons({ matchingStrategy: "frequency" }, [one, one])).toEqual([expect.stringContaining("frequency")]);
  });

  it("ignores accents in the order once there is a query, as the server's dictionary does", () => {
    const parts = [part(0, { é: 1, z: 1 }), part(1, { ea: 1, e: 1 })];
    const order = (facetQuery: string | null) =>
      values(mergeFacetSearch({ request: { facetName: "genre", facetQuery }, view: VIEW, parts }).body["facetHits"]);
    expect(order("e")).toEqual(["e", "é", "ea", "z"]);
    expect(order(null)).toEqual(["e", "ea", "é", "z"]);
  });
});
