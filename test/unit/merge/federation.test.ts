import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { type FederatedQuery, federateHits } from "../../../src/merge/federation/federated-hits.ts";
import { weightedKeys } from "../../../src/merge/federation/weighted-keys.ts";
import { compareWeighted, type WeightedValue } from "../../../src/merge/federation/weighted-value.ts";
import { mergeHits } from "../../../src/merge/hits.ts";
import { planSearch } from "../../../src/merge/shard-request.ts";
import { readScenario, scenarioNames } from "../../golden/scenario.ts";
import { VIEW } from "./ranked-corpus.ts";

const key = (values: readonly WeightedValue[], score = 1, position = 0) => ({ values, score, position });
const score = (value: number): WeightedValue => ({ kind: "score", score: value });
const sort = (value: number | string | null, isAscending = true): WeightedValue => ({
  kind: "sort",
  isAscending,
  value,
});

/** Details of a hit as a node gives them for one plain word. */
function details(typoCount: number, maxTypoCount: number, more: JsonObject = {}): JsonObject {
  return {
    words: { order: 0, matchingWords: 1, maxMatchingWords: 1, score: 1 },
    typo: { order: 1, typoCount, maxTypoCount, score: (maxTypoCount + 1 - typoCount) / (maxTypoCount + 1) },
    proximity: { order: 2, score: 1 },
    attributeRank: { order: 3, score: 0.5 },
    ...more,
  };
}

/** What a node says of a hit whose rules behind `typo` reach this fraction. */
function nodeScore(typoCount: number, maxTypoCount: number, tail: number): number {
  return (maxTypoCount - typoCount + tail) / (maxTypoCount + 1);
}

describe("comparing hits of different queries", () => {
  it("goes by weighted scores and sort values, the longer list and the earlier query", () => {
    expect(compareWeighted(key([score(0.5)]), key([score(0.7)]))).toBeGreaterThan(0);
    expect(compareWeighted(key([score(0.5), sort(2)]), key([score(0.5 + 1e-17), sort(1)]))).toBeGreaterThan(0);
    expect(compareWeighted(key([sort(9, false)]), key([sort(1, false)]))).toBeLessThan(0);
    expect(compareWeighted(key([sort("a")]), key([sort(1)]))).toBeGreaterThan(0);
    expect(compareWeighted(key([sort(null)]), key([sort("a")]))).toBeGreaterThan(0);
    expect(compareWeighted(key([]), key([score(0)]))).toBeGreaterThan(0);
    expect(compareWeighted(key([score(1)], 1, 2), key([score(1)], 1, 1))).toBeGreaterThan(0);
  });

  it("puts the farther place first in both directions, as the server does between queries", () => {
    for (const isAscending of [true, false]) {
      const at = (distance: number | null): WeightedValue => ({ kind: "geo", isAscending, distance });
      expect(compareWeighted(key([at(10)]), key([at(20)]))).toBeGreaterThan(0);
      expect(compareWeighted(key([at(null)]), key([at(20)]))).toBeGreaterThan(0);
    }
  });

  it("falls back to what is left, then to the whole score, where values are not of one kind", () => {
    expect(compareWeighted(key([score(1)]), key([sort(1), score(1)]))).toBeGreaterThan(0);
    expect(compareWeighted(key([score(0.1)], 0.9), key([sort(1)], 0.8))).toBeLessThan(0);
    expect(compareWeighted(key([sort(1, true)], 0.1), key([sort(1, false)], 0.8))).toBeGreaterThan(0);
  });
});

describe("the keys of a query's hits", () => {
  it("give back the score of every recorded hit whose rules are not parted by a sort", () => {
    let seen = 0;
    for (const hit of recordedHits()) {
      const { values, score: whole } = weightedKeys({ position: 0, weight: 2, lists: [], ordered: true }).keyOf(hit);
      const [only, ...others] = values.filter(({ kind }) => kind === "score");
      if (only?.kind !== "score" || others.length > 0) continue;
      seen += 1;
      expect(only.score).toBeCloseTo(whole, 12);
      expect(whole).toBe(Number(hit["_rankingScore"]) * 2);
    }
    expect(seen).toBeGreaterThan(2);
  });

  it("count misspellings among those that any node knows", () => {
    // Two attributes; nodes do not tell how many, the whole score does.
    const behind = { wordPosition: { order: 4, score: 10 / 11 } };
    const perfect = { _rankingScore: nodeScore(0, 0, 5 / 11), _rankingScoreDetails: details(0, 0, behind) };
    const misspelt = { _rankingScore: nodeScore(1, 1, 5 / 11), _rankingScoreDetails: details(1, 1, behind) };
    const keys = weightedKeys({ position: 0, weight: 1, lists: [[perfect], [misspelt]], ordered: true });
    const scoreOf = (tail: number) => [{ kind: "score", score: expect.closeTo(tail, 12) }];
    expect(keys.keyOf(perfect).values).toEqual(scoreOf(nodeScore(0, 1, 5 / 11)));
    expect(keys.keyOf(misspelt).values).toEqual(scoreOf(nodeScore(1, 1, 5 / 11)));
    expect(keys.isEstimated()).toBe(true);
    expect(weightedKeys({ position: 0, weight: 1, lists: [[perfect]], ordered: true }).isEstimated()).toBe(false);
  });

  it("part the score at a sort", () => {
    const parted = details(0, 1, {
      "year:desc": { order: 4, value: 1999 },
      wordPosition: { order: 5, score: 10 / 11 },
      exactness: { order: 6, matchType: "noExactMatch", matchingWords: 0, maxMatchingWords: 1, score: 1 / 6 },
    });
    const behind = (9 + (0 + 1 / 2) / 3) / 11;
    const keys = weightedKeys({ position: 3, weight: 2, lists: [], ordered: true });
    const whole = nodeScore(0, 1, behind / 2);
    expect(keys.keyOf({ _rankingScore: whole, _rankingScoreDetails: parted }).values).toEqual([
      { kind: "score", score: expect.closeTo(2 * nodeScore(0, 1, 0.5), 12) },
      { kind: "sort", isAscending: false, value: 1999 },
      { kind: "score", score: expect.closeTo(2 * behind, 12) },
    ]);
    expect(keys.isEstimated()).toBe(false);
    // No numbers of places lead to this score: it is taken as it is.
    const other = keys.keyOf({ _rankingScore: 0.7, _rankingScoreDetails: parted });
    expect(other.values[0]).toEqual({ kind: "score", score: 1.4 });
    expect(keys.isEstimated()).toBe(true);
  });
});

describe("keys of hits by vector", () => {
  const keyOf = (rules: JsonObject, score: number) => {
    const keys = weightedKeys({ position: 0, weight: 2, lists: [], ordered: true });
    const { values } = keys.keyOf({ _rankingScore: score, _rankingScoreDetails: rules });
    return { values, isEstimated: keys.isEstimated() };
  };

  it("weigh the likeness as they weigh scores of words", () => {
    const byVector = keyOf({ vectorSort: { order: 0, similarity: 0.75 } }, 0.75);
    expect(byVector).toEqual({ values: [{ kind: "score", score: 1.5 }], isEstimated: false });
    const without = keyOf({ vectorSort: { order: 0, similarity: null } }, 0);
    expect(without).toEqual({ values: [{ kind: "score", score: 0 }], isEstimated: false });
  });

  it("keep a sort on either side of the likeness", () => {
    const sorted = {
      "year:desc": { order: 0, value: 1999 },
      vectorSort: { order: 1, similarity: 0.5 },
      "title:asc": { order: 2, value: "a" },
    };
    expect(keyOf(sorted, 0.5)).toEqual({
      values: [
        { kind: "sort", isAscending: false, value: 1999 },
        { kind: "score", score: 1 },
        { kind: "sort", isAscending: true, value: "a" },
      ],
      isEstimated: false,
    });
  });
});

describe("one list of several queries", () => {
  const query = (position: number, uid: string, lists: JsonObject[][], weight = 1): FederatedQuery => {
    const { plan } = planSearch({ q: "x" }, VIEW);
    return { position, uid, primaryKey: "id", weight, plan, lists, merged: mergeHits(lists, plan) };
  };
  const hit = (id: number, typoCount: number, more: JsonObject = {}) => ({
    ...{ id, ...more },
    _rankingScore: nodeScore(typoCount, 2, 0.5),
    _rankingScoreDetails: details(typoCount, 2),
  });
  const idsOf = (queries: FederatedQuery[], distinct: string | null = null) => {
    const merged = federateHits(queries, { required: 20, distinct });
    return { ids: merged.hits.map(({ hit: shown, query: from }) => `${from.position}:${shown["id"]}`), merged };
  };

  it("keeps the order of each query, and shows a document of an index once, where it is best", () => {
    const first = query(0, "a", [[hit(1, 0), hit(2, 2)], [hit(3, 1)]]);
    const second = query(1, "a", [[hit(2, 0)], [hit(3, 2), hit(4, 2)]]);
    expect(idsOf([first, second]).ids).toEqual(["0:1", "1:2", "0:3", "1:4"]);
  });

  it("takes hits with one id in two indexes for two documents, the earlier query first", () => {
    expect(idsOf([query(0, "b", [[hit(1, 0)]]), query(1, "a", [[hit(1, 0)]])]).ids).toEqual(["0:1", "1:1"]);
  });

  it("leaves out what a better hit of any index shows the same distinct value of", () => {
    const books = query(0, "a", [[hit(1, 0, { city: "Cork" }), hit(2, 2, { city: "Lyon" })]]);
    const shops = query(1, "b", [[hit(7, 1, { city: "lyon" })], [hit(8, 1)]]);
    const { ids, merged } = idsOf([books, shops], "city");
    expect(ids).toEqual(["0:1", "1:7", "1:8"]);
    expect(merged.rejected).toBe(1);
  });
});

function* recordedHits(): Generator<JsonObject> {
  for (const name of scenarioNames()) {
    for (const { response } of readScenario(name).steps) {
      const { hits } = (response.body ?? {}) as { hits?: JsonObject[] };
      for (const each of Array.isArray(hits) ? hits : []) {
        const isHybrid = Object.hasOwn((each["_rankingScoreDetails"] ?? {}) as object, "vectorSort");
        const isPinned = Object.hasOwn((each["_rankingScoreDetails"] ?? {}) as object, "pin");
        const isComplete = each["_rankingScore"] !== undefined && each["_rankingScoreDetails"] !== undefined;
        if (isComplete && !isHybrid && !isPinned && !hasHidden(each)) yield each;
      }
    }
  }
}

function hasHidden(hit: JsonObject): boolean {
  return Object.keys((hit["_rankingScoreDetails"] ?? {}) as object).some((name) => name.startsWith("<hidden"));
}
