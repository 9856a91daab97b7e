import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { rankMaxima, scoreOfRanks } from "../../../src/merge/rank-maxima.ts";
import { compareScoreValues, type ScoreValue, scoreValuesOf } from "../../../src/merge/score-values.ts";

const FILE = new URL("../../fixtures/ranking/movies-cities.json.gz", import.meta.url);

/** Hits of a real server for searches with words. */
function recordedHits(): JsonObject[] {
  const { sets } = JSON.parse(gunzipSync(readFileSync(FILE)).toString()) as {
    readonly sets: Record<string, { readonly cases: readonly { readonly singleScored: readonly JsonObject[] }[] }>;
  };
  const hits = Object.values(sets).flatMap(({ cases }) => cases.flatMap(({ singleScored }) => singleScored));
  return hits.filter((hit) => Object.hasOwn(Object(hit["_rankingScoreDetails"]), "words"));
}

const score = (value: number): ScoreValue => ({ kind: "score", score: value });
const sort = (value: number | null): ScoreValue => ({ kind: "sort", value, isAscending: true });

describe("the values that the halves of a hybrid search are compared by", () => {
  it("are the hit's own score, or its similarity, times the weight", () => {
    const words = {
      _rankingScore: 0.8,
      _rankingScoreDetails: { words: { order: 0, score: 1 }, typo: { order: 1, score: 0.5 } },
    };
    expect(scoreValuesOf(words, 0.5)).toEqual({ values: [score(0.4)], isEstimate: false });
    const vector = { _rankingScore: 0.6, _rankingScoreDetails: { vectorSort: { order: 0, similarity: 0.6 } } };
    expect(scoreValuesOf(vector, 0.5).values).toEqual([score(0.3)]);
    const none = { _rankingScore: 0, _rankingScoreDetails: { vectorSort: { order: 0, similarity: null } } };
    expect(scoreValuesOf(none, 0.5).values).toEqual([score(0)]);
  });

  it("are told apart by a sort between rules, each side with its own score", () => {
    // Two words of two, no typo of two, the third of 14 places, then the sort, then 30 of 33 places and nothing exact.
    const places = [
      ["words", 2, 2],
      ["typo", 3, 3],
      ["proximity", 12, 14],
      ["wordPosition", 30, 33],
      ["exactness", 1, 9],
    ] as const;
    let total = 1;
    for (const [, rank, max] of [...places].reverse()) total = (rank - 1 + total) / max;
    const details: Record<string, JsonObject> = Object.fromEntries(
      places.map(([name, rank, max], at) => [name, { order: at < 3 ? at : at + 1, score: rank / max }]),
    );
    Object.assign(details["words"] ?? {}, { matchingWords: 2, maxMatchingWords: 2 });
    Object.assign(details["typo"] ?? {}, { typoCount: 0, maxTypoCount: 2 });
    Object.assign(details["exactness"] ?? {}, { matchType: "noExactMatch", matchingWords: 0, maxMatchingWords: 2 });
    details["year:asc"] = { order: 3, value: 1999 };
    const { values, isEstimate } = scoreValuesOf({ _rankingScore: total, _rankingScoreDetails: details }, 1);
    expect(isEstimate).toBe(false);
    const first = (1 + (2 + 12 / 14) / 3) / 2;
    const second = (29 + 1 / 9) / 33;
    expect(values).toEqual([score(expect.closeTo(first, 10)), sort(1999), score(expect.closeTo(second, 10))]);
    expect(scoreValuesOf({ _rankingScore: 0.123, _rankingScoreDetails: details }, 1).isEstimate).toBe(true);
  });

  it("compare as the server compares them", () => {
    expect(compareScoreValues([score(0.5)], [score(0.4)])).toBeLessThan(0);
    expect(compareScoreValues([score(0.5)], [score(0.5)])).toBe(0);
    expect(compareScoreValues([score(0.5), sort(1)], [score(0.5), sort(2)])).toBeLessThan(0);
    expect(compareScoreValues([score(0.5), sort(1)], [score(0.5), sort(1), score(0)])).toBeGreaterThan(0);
    expect(compareScoreValues([score(0.5)], [sort(1)])).toBeLessThan(0);
    expect(compareScoreValues([score(0)], [sort(1)])).toBeGreaterThan(0);
    expect(compareScoreValues([sort(null)], [sort(1)])).toBeGreaterThan(0);
  });
});

describe("the maxima of ranking rules", () => {
  it("are found for every recorded hit, and make its score", () => {
    let compared = 0;
    for (const hit of recordedHits()) {
      const details = Object.entries(hit["_rankingScoreDetails"] as Record<string, JsonObject>)
        .filter(([name]) => !/:(asc|desc)$/.test(name))
        .sort(([, left], [, right]) => Number(left["order"]) - Number(right["order"]))
        .map(([name, detail]) => ({ name, detail }));
      const maxima = rankMaxima(details, Number(hit["_rankingScore"]));
      expect(maxima, JSON.stringify(hit)).toBeDefined();
      const isHalfTold = details.at(-1)?.detail["matchingWords"] === undefined;
      if (isHalfTold) continue;
      expect(scoreOfRanks(details, maxima)).toBeCloseTo(Number(hit["_rankingScore"]), 10);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(500);
  });
});
