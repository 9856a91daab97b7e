import fc from "fast-check";
import type { JsonObject } from "../../../src/core/types.ts";
import type { SearchView } from "../../../src/merge/search-view.ts";

/** A view with everything visible and the server's defaults; tests change what they are about. */
export const VIEW: SearchView = {
  primaryKey: "id",
  displayedAttributes: ["*"],
  sortableAttributes: ["price"],
  rankingRules: ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"],
  distinctAttribute: null,
  facetMax: 100,
  physicalFacetMax: 1000,
  sortFacetValuesBy: {},
  filterableAttributes: ["genre", "price"],
  maxTotalHits: 1000,
};

/** A document with the values that rank it: few different ones, so that ties are frequent. */
export interface Ranked {
  readonly id: number;
  readonly part: number;
  readonly words: number;
  readonly typos: number;
  readonly proximity: number;
  readonly price: number | string | null;
  readonly genre: string;
}

/** A corpus shared out over up to four parts. */
export const corpus: fc.Arbitrary<Ranked[]> = fc
  .array(
    fc.record({
      part: fc.integer({ min: 0, max: 3 }),
      words: fc.integer({ min: 1, max: 2 }),
      typos: fc.integer({ min: 0, max: 1 }),
      proximity: fc.constantFrom(0.5, 1),
      price: fc.constantFrom(null, 1, 2.5, -3, "a", "b\u{1F680}", "b\uFFFD"),
      genre: fc.constantFrom("Drama", "drama", "DRAMA ", "Horror", "sci-fi"),
    }),
    { maxLength: 60 },
  )
  .map((documents) => documents.map((document, id) => ({ id, ...document })));

/** The hit that a node sends for a document; `maxTypos` is the node's own denominator, which must not matter. */
function hitOf(document: Ranked, maxTypos: number): JsonObject {
  return {
    id: document.id,
    price: document.price,
    genre: document.genre,
    _miroir_shard: ["⦃⦃"],
    _rankingScoreDetails: {
      words: { order: 0, matchingWords: document.words, maxMatchingWords: 3, score: document.words / 3 },
      typo: { order: 1, typoCount: document.typos, maxTypoCount: maxTypos, score: 1 - document.typos / (maxTypos + 1) },
      proximity: { order: 2, score: document.proximity },
      "price:asc": { order: 3, value: document.price },
    },
  };
}

/** What the user sees of a document. */
export function shownOf({ id, price, genre }: Ranked): JsonObject {
  return { id, price, genre };
}

/** The corpus in the order of one node, written down independently of the merger; ties by turns of the parts. */
export function inNodeOrder(documents: readonly Ranked[]): Ranked[] {
  const turns = new Map<Ranked, number>();
  const taken = new Map<string, number>();
  for (const document of documents) {
    const { words, typos, proximity, price, part } = document;
    const ties = JSON.stringify([words, typos, proximity, price, part]);
    turns.set(document, taken.get(ties) ?? 0);
    taken.set(ties, (taken.get(ties) ?? 0) + 1);
  }
  const turnOf = (document: Ranked) => turns.get(document) ?? 0;
  return [...documents].sort((a, b) => compareRanked(a, b) || turnOf(a) - turnOf(b) || a.part - b.part);
}

function compareRanked(a: Ranked, b: Ranked): number {
  return b.words - a.words || a.typos - b.typos || b.proximity - a.proximity || comparePrices(a.price, b.price);
}

function comparePrices(a: Ranked["price"], b: Ranked["price"]): number {
  const utf8 = (text: string) => [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join("");
  const kind = (price: Ranked["price"]) => (price === null ? 2 : typeof price === "string" ? 1 : 0);
  if (kind(a) !== kind(b)) return kind(a) - kind(b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return utf8(String(a)) < utf8(String(b)) ? -1 : utf8(String(a)) > utf8(String(b)) ? 1 : 0;
}

/** The parts' answers: each node's own documents in node order, cut at `limit`, with totals and facets of all of them. */
export function partsOf(documents: readonly Ranked[], limit: number, distinct = false) {
  return [3, 0, 2, 1].map((order) => {
    const own = inNodeOrder(documents.filter(({ part }) => part === order));
    const kept = distinct ? firstOfEachGenre(own) : own;
    const body: JsonObject = {
      hits: kept.slice(0, limit).map((document) => hitOf(document, 2 + order)),
      query: "q",
      processingTimeMs: order,
      limit,
      offset: 0,
      estimatedTotalHits: own.length,
      facetDistribution: { genre: countBy(own.map(({ genre }) => genre)), _miroir_shard: { x: 1 } },
      facetStats: {},
    };
    return { order, body };
  });
}

/** The first document of each genre, genres compared as the server compares texts. */
export function firstOfEachGenre(documents: readonly Ranked[]): Ranked[] {
  const seen = new Set<string>();
  return documents.filter(({ genre }) => {
    const key = genre.trim().toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
}

/** How often each value occurs. */
export function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
