import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { compareRankKeys, rankKeyCompiler } from "../../../src/merge/compare.ts";

/** Sign of the comparison of two hits' details: -1 when the first comes first. */
function compared(left: JsonObject, right: JsonObject): number {
  const compile = rankKeyCompiler();
  return Math.sign(compareRankKeys(compile(left), compile(right)));
}

const one = (name: string, detail: JsonObject): JsonObject => ({ [name]: { order: 0, ...detail } });

describe("comparing two hits rule by rule", () => {
  it.each<[string, JsonObject, JsonObject]>([
    ["words", { matchingWords: 2, score: 0.5 }, { matchingWords: 1, score: 1 }],
    ["typo", { typoCount: 1, maxTypoCount: 1, score: 0.5 }, { typoCount: 2, maxTypoCount: 6, score: 0.7 }],
    ["proximity", { score: 0.8 }, { score: 0.7 }],
    ["attributeRank", { score: 1 }, { score: 0.5 }],
    ["wordPosition", { score: 0.9 }, { score: 0.8 }],
    [
      "attribute",
      { attributeRankingOrderScore: 1, queryWordDistanceScore: 0 },
      { attributeRankingOrderScore: 0.5, queryWordDistanceScore: 1 },
    ],
    [
      "attribute",
      { attributeRankingOrderScore: 1, queryWordDistanceScore: 1 },
      { attributeRankingOrderScore: 1, queryWordDistanceScore: 0.5 },
    ],
    ["attribute", { attributeRankingOrderScore: 1, queryWordDistanceScore: 0 }, { attributeRankingOrderScore: 1 }],
    ["exactness", { matchType: "exactMatch" }, { matchType: "matchesStart" }],
    ["exactness", { matchType: "matchesStart" }, { matchType: "noExactMatch", matchingWords: 3 }],
    ["exactness", { matchType: "noExactMatch", matchingWords: 2 }, { matchType: "noExactMatch", matchingWords: 1 }],
    ["vectorSort", { similarity: 0.1 }, { similarity: null }],
    ["price:asc", { value: 1 }, { value: 2 }],
    ["price:desc", { value: 2 }, { value: 1 }],
    ["price:asc", { value: 9 }, { value: "a" }],
    ["price:desc", { value: 9 }, { value: "z" }],
    ["price:desc", { value: "b" }, { value: "a" }],
    ["price:asc", { value: "z" }, { value: null }],
    ["price:desc", { value: -1 }, { value: null }],
    ["name:asc", { value: "\uFFFD" }, { value: "\u{1F680}" }],
    ["_geoPoint(1, 2):asc", { value: { lat: 1, lng: 2 }, distance: 5 }, { value: { lat: 9, lng: 9 }, distance: 50 }],
    ["_geoPoint(1, 2):desc", { value: { lat: 9, lng: 9 }, distance: 50 }, { value: { lat: 1, lng: 2 }, distance: 5 }],
    ["_geoPoint(1, 2):desc", { value: { lat: 1, lng: 2 }, distance: 5 }, { value: null, distance: null }],
  ])("%s puts the better value first", (name, better, worse) => {
    expect(compared(one(name, better), one(name, worse))).toBe(-1);
    expect(compared(one(name, worse), one(name, better))).toBe(1);
    expect(compared(one(name, better), one(name, better))).toBe(0);
  });

  it("goes by the rules' order, not by the order of the keys", () => {
    const left = { typo: { order: 1, typoCount: 0 }, words: { order: 0, matchingWords: 1 } };
    const right = { words: { order: 0, matchingWords: 2 }, typo: { order: 1, typoCount: 5 } };
    expect(compared(left, right)).toBe(1);
  });

  it("puts a hit whose ranking was cut off after one that was ranked", () => {
    const words = { order: 0, matchingWords: 1 };
    const cut = { words, skipped: { order: 1 } };
    const ranked = { words, typo: { order: 1, typoCount: 9 } };
    expect(compared(cut, ranked)).toBe(1);
    expect(compared(ranked, cut)).toBe(-1);
    expect(compared(cut, cut)).toBe(0);
  });

  it("prefers the longer of two lists that are equal so far", () => {
    const words = { order: 0, matchingWords: 1 };
    expect(compared({ words, proximity: { order: 1, score: 0 } }, { words })).toBe(-1);
  });

  it.each<[string, JsonObject, string]>([
    ["a sort value that the node hides", { "<hidden-rule-0>": { order: 0, value: "<hidden>" } }, "not displayed"],
    ["a rule it does not know", { magic: { order: 0, score: 1 } }, "`magic` is unknown"],
    ["a rule without its count", { words: { order: 0, score: 1 } }, "`matchingWords` is not a number"],
    [
      "two rules in one place",
      { words: { order: 0, matchingWords: 1 }, typo: { order: 0, typoCount: 1 } },
      "same order",
    ],
    ["a rule without its place", { words: { matchingWords: 1 } }, "has no order"],
  ])("refuses %s", (_what, details, message) => {
    expect(() => rankKeyCompiler()(details)).toThrow(message);
  });

  it("refuses hits that were ranked by different rules", () => {
    const [left, right] = [one("words", { matchingWords: 1 }), one("typo", { typoCount: 1 })];
    expect(() => compared(left, right)).toThrow("`words` on one node and `typo` on another");
  });
});
