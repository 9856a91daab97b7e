import { describe, expect, it } from "vitest";
import { type Answer, compareAnswers } from "../../examples/demo/compare.ts";

interface Ranked {
  readonly id: number;
  readonly words: number;
  readonly score?: number;
  readonly title?: string;
}

/** Four documents: 1 alone, 2 and 3 in a tie, 4 last. */
const ALL: readonly Ranked[] = [
  { id: 1, words: 3 },
  { id: 2, words: 2 },
  { id: 3, words: 2 },
  { id: 4, words: 1 },
];

function answer(documents: readonly Ranked[], rest: Partial<Answer> = {}): Answer {
  const hits = documents.map(({ id, words, score = words / 3, title = `title ${id}` }) => ({
    id,
    title,
    _rankingScoreDetails: { words: { order: 0, matchingWords: words, maxMatchingWords: 3, score } },
  }));
  return { hits, estimatedTotalHits: 4, offset: 0, limit: 20, ...rest };
}

function pick(...ids: number[]): Ranked[] {
  return ids.map((id) => ALL[id - 1]!);
}

function compare(cluster: Answer, reference = answer(ALL)) {
  return compareAnswers(cluster, reference, answer(ALL));
}

describe("the demo's comparison", () => {
  it("calls equal answers identical", () => {
    expect(compare(answer(ALL))).toEqual({ identical: true, swappedInTies: 0, differences: [] });
  });

  it("allows documents of an exact tie to change places, and counts them", () => {
    expect(compare(answer(pick(1, 3, 2, 4)))).toMatchObject({ identical: true, swappedInTies: 2 });
  });

  it("allows another document of a tie that the page cuts off", () => {
    expect(compare(answer(pick(1, 3)), answer(pick(1, 2)))).toMatchObject({ identical: true, swappedInTies: 1 });
  });

  it("ignores the scores of rules that have counts, which depend on the server", () => {
    expect(compare(answer(ALL.map((document) => ({ ...document, score: 1 }))))).toMatchObject({ identical: true });
  });

  it.each<[string, Answer]>([
    ["documents of different ranks that changed places", answer(pick(2, 1, 3, 4))],
    ["a missing hit", answer(pick(1, 2, 3))],
    ["a document that stands twice", answer(pick(1, 2, 2, 4))],
    ["a document that the reference does not find", answer([...pick(1, 2, 3), { id: 9, words: 1 }])],
    ["other contents", answer([{ id: 1, words: 3, title: "another" }, ...pick(2, 3, 4)])],
    ["other rule values", answer([{ id: 1, words: 2 }, ...pick(2, 3, 4)])],
    ["another total", answer(ALL, { estimatedTotalHits: 5 })],
    ["another way of paging", answer(ALL, { totalPages: 1 })],
  ])("finds %s", (_name, cluster) => {
    expect(compare(cluster).identical).toBe(false);
  });

  it("finds facet counts, their order, and facet stats that differ", () => {
    const facets = (genre: Record<string, number>, max = 9) => ({
      facetDistribution: { genre },
      facetStats: { imdb: { min: 1, max } },
    });
    const reference = answer(ALL, facets({ Comedy: 2, Drama: 1 }));
    const identical = (cluster: Partial<Answer>) => compare(answer(ALL, cluster), reference).identical;
    expect(identical(facets({ Comedy: 2, Drama: 1 }))).toBe(true);
    expect(identical(facets({ Comedy: 2, Drama: 2 }))).toBe(false);
    expect(identical(facets({ Drama: 1, Comedy: 2 }))).toBe(false);
    expect(identical(facets({ Comedy: 2, Drama: 1 }, 8))).toBe(false);
    expect(identical({})).toBe(false);
  });
});
