import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatDocuments, mergeSortedDocuments, planUnsortedPage } from "../../../src/merge/documents.ts";

const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2 ** 31);

describe(`an unsorted documents page (FC_SEED=${seed})`, () => {
  it("is the slice of all parts put one after the other", () => {
    const size = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(fc.array(size, { maxLength: 6 }), size, size, (totals, offset, limit) => {
        const lists = totals.map((total, part) => Array.from({ length: total }, (_, at) => ({ part, at })));
        const windows = planUnsortedPage(totals, offset, limit);
        const found = windows.flatMap((window) =>
          (lists[window.part] ?? []).slice(window.offset, window.offset + window.limit),
        );
        expect(found).toEqual(lists.flat().slice(offset, offset + limit));
        expect(windows.every((window) => window.limit > 0)).toBe(true);
      }),
      { seed },
    );
  });

  it("echoes the window, gives the whole total and hides miroir's fields", () => {
    const parts = [
      { order: 1, body: { results: [{ id: 2, _miroir_version: "1" }], offset: 0, limit: 1, total: 5 } },
      { order: 0, body: { results: [{ id: 1 }], offset: 3, limit: 1, total: 4 } },
    ];
    const page = concatDocuments(parts, { offset: 3, limit: 2, total: 9 });
    expect(page).toEqual({ results: [{ id: 1 }, { id: 2 }], offset: 3, limit: 2, total: 9 });
    expect(concatDocuments([], { offset: 20, limit: 5, total: 9 })).toEqual({
      results: [],
      offset: 20,
      limit: 5,
      total: 9,
    });
  });
});

describe("a sorted documents page", () => {
  const sorted = (id: number, value: unknown, asc = true) => ({
    id,
    _federation: { weightedScoreValues: [{ sort: { asc, value } }] },
  });
  const part = (order: number, results: unknown[]) => ({
    order,
    body: { results, offset: 0, limit: 10, total: results.length },
  });
  const ids = (page: { results?: unknown }) => (page.results as { id: number }[]).map(({ id }) => id);

  it("merges by the values that nodes add, and shows none of them", () => {
    const parts = [
      part(0, [sorted(1, 1), sorted(2, "a"), sorted(3, null)]),
      part(1, [sorted(4, 0), sorted(5, 7), sorted(6, "b")]),
    ];
    const page = mergeSortedDocuments(parts, { offset: 1, limit: 4 });
    expect(page).toEqual({ results: [{ id: 1 }, { id: 5 }, { id: 2 }, { id: 6 }], offset: 1, limit: 4, total: 6 });
  });

  it("puts missing values last in descending order too", () => {
    const parts = [
      part(0, [sorted(1, 5, false), sorted(2, null, false)]),
      part(1, [sorted(3, "z", false), sorted(4, "a", false)]),
    ];
    expect(ids(mergeSortedDocuments(parts, { offset: 0, limit: 9 }))).toEqual([1, 3, 4, 2]);
  });

  it("puts the nearest first in ascending order of distance", () => {
    const near = (id: number, distance: number | null) => ({
      id,
      _federation: { weightedScoreValues: [{ geoSort: { asc: true, distance } }] },
    });
    const parts = [part(0, [near(1, 10), near(2, null)]), part(1, [near(3, 5), near(4, 20)])];
    expect(ids(mergeSortedDocuments(parts, { offset: 0, limit: 9 }))).toEqual([3, 1, 4, 2]);
  });

  it("refuses documents without sort values", () => {
    expect(() => mergeSortedDocuments([part(0, [{ id: 1 }])], { offset: 0, limit: 1 })).toThrow("_federation");
  });
});
