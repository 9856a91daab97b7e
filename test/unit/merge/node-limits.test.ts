import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { isLimitable, nodeLimit } from "../../../src/merge/node-limits.ts";
import { planSearch } from "../../../src/merge/shard-request.ts";
import { VIEW } from "./ranked-corpus.ts";

/** The probability that a binomial variable reaches a count, summed up as the textbook has it. */
function tail(trials: number, share: number, count: number): number {
  let sum = 0;
  let combinations = 1;
  for (let hits = 0; hits <= trials; hits++) {
    if (hits >= count) sum += combinations * share ** hits * (1 - share) ** (trials - hits);
    combinations = (combinations * (trials - hits)) / (hits + 1);
  }
  return sum;
}

describe("how many hits a node is asked for", () => {
  it.each([
    [20, 4, 11],
    [20, 8, 8],
    [20, 16, 7],
    [20, 32, 5],
    [50, 8, 15],
    [100, 8, 24],
    [100, 16, 16],
  ])("of %i over %i equal nodes are %i", (required, nodes, limit) => {
    expect(nodeLimit({ required, share: 1 / nodes })).toBe(limit);
  });

  it.each([
    [20, [0.25, 0.25, 0.25, 0.25]],
    [50, [0.5, 0.125, 0.375]],
    [200, [0.1, 0.2, 0.3, 0.4]],
  ])("of %i is too little for at most one search in a hundred, and no more than that needs", (required, shares) => {
    // Behind the last hit that is needed nothing is missed.
    const before = required - 1;
    const chances = shares.map((share) => {
      const limit = nodeLimit({ required, share });
      expect(tail(before, share, limit - 1)).toBeGreaterThan(0.01 * share);
      return tail(before, share, limit);
    });
    expect(chances.reduce((sum, chance) => sum + chance)).toBeLessThanOrEqual(0.01);
  });

  it("is the whole list where that is short, one node's, or hardly longer", () => {
    expect(nodeLimit({ required: 4, share: 0.01 })).toBe(4);
    expect(nodeLimit({ required: 0, share: 0.25 })).toBe(0);
    expect(nodeLimit({ required: 100, share: 1 })).toBe(100);
    expect(nodeLimit({ required: 100, share: 0.8 })).toBe(100);
  });

  it("grows by standard deviations where less was not enough, up to the whole list", () => {
    const limits = [0, 1, 2, 3].map((widening) => nodeLimit({ required: 20, share: 0.25, widening }));
    expect(limits).toEqual([11, 13, 15, 17]);
  });

  it("is found for lists of any length", () => {
    expect(nodeLimit({ required: 5000, share: 0.25 })).toBe(1337);
  });
});

describe("whether less than the whole list can be asked for", () => {
  const isPossible = (request: JsonObject, more: Partial<typeof VIEW> = {}) => {
    const view = { ...VIEW, ...more };
    return isLimitable(request, { plan: planSearch(request, view).plan, view });
  };

  it("is so for searches by words, whatever is filtered, sorted, counted or formatted", () => {
    expect(isPossible({ q: "a" })).toBe(true);
    expect(isPossible({ q: "" })).toBe(true);
    const more = {
      filter: "x = 1",
      sort: ["price:asc"],
      facets: ["*"],
      attributesToCrop: ["*"],
      showRankingScore: true,
    };
    expect(isPossible({ q: "a", page: 3, ...more })).toBe(true);
  });

  it.each<JsonObject>([
    { distinct: "sku" },
    { rankingScoreThreshold: 0.2 },
    { vector: [1] },
    { hybrid: { embedder: "e" } },
    { matchingStrategy: "frequency" },
    { limit: -1 },
  ])("is not so with %j", (more) => {
    expect(isPossible({ q: "a", ...more })).toBe(false);
  });

  it("is not so where the index leaves hits out, or rules pin some", () => {
    expect(isPossible({ q: "a" }, { distinctAttribute: "sku" })).toBe(false);
    const searchRules = { pins: [], isOutdated: false, mostAlternatives: undefined };
    expect(isPossible({ q: "a" }, { searchRules })).toBe(false);
  });
});
