import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kWayMerge } from "../../../src/merge/k-way.ts";

const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2 ** 31);
const item = fc.record({ key: fc.integer({ min: 0, max: 5 }) });

/** Sorted lists whose items know where they came from. */
const lists = (count: { minLength: number; maxLength: number }) =>
  fc
    .array(fc.array(item, { maxLength: 6 }), count)
    .map((all) =>
      all.map((list, from) => list.sort((a, b) => a.key - b.key).map(({ key }, at) => ({ key, from, at }))),
    );

function merged(all: { key: number; from: number; at: number }[][], limit = Number.POSITIVE_INFINITY) {
  const visited: { key: number; from: number; at: number }[] = [];
  kWayMerge({
    lists: all,
    keyOf: ({ key }) => key,
    compare: (left, right) => left - right,
    visit: (each) => visited.push(each) < limit,
  });
  return visited;
}

describe(`merging ordered lists (FC_SEED=${seed})`, () => {
  it.each([
    ["few lists", { minLength: 0, maxLength: 8 }],
    ["many lists", { minLength: 33, maxLength: 60 }],
  ])("puts %s into one order, ties by list and then by place in it", (_name, count) => {
    fc.assert(
      fc.property(lists(count), (all) => {
        const expected = all.flat().sort((a, b) => a.key - b.key || a.from - b.from || a.at - b.at);
        expect(merged(all)).toEqual(expected);
      }),
      { seed, numRuns: 100 },
    );
  });

  it("never looks at a key that the result does not need", () => {
    const asked: number[] = [];
    const list = (from: number) => Array.from({ length: 100 }, (_, at) => ({ key: at, from, at }));
    let left = 10;
    kWayMerge({
      lists: [list(0), list(1)],
      keyOf: ({ key }) => asked.push(key) && key,
      compare: (a, b) => a - b,
      visit: () => --left > 0,
    });
    expect(asked.length).toBeLessThanOrEqual(12);
  });
});
