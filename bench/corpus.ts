/** A document of the benchmark: about 600 bytes of JSON, as a shop's or a film's. */
export interface BenchDocument {
  readonly [field: string]: string | number | readonly string[];
}

const WORDS = 3000;
const GENRES = ["drama", "comedy", "action", "horror", "family", "western", "music", "war"];

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Documents with ids from `first` on; the same ids always carry the same text. */
export function makeDocuments(count: number, first = 0): BenchDocument[] {
  return Array.from({ length: count }, (_, position) => makeDocument(first + position));
}

function makeDocument(id: number): BenchDocument {
  const random = seededRandom(id);
  return {
    id,
    title: sentence(random, 3),
    overview: sentence(random, 45),
    director: sentence(random, 2),
    genres: [pick(GENRES, random), pick(GENRES, random)],
    year: 1930 + Math.floor(random() * 95),
    rating: Math.round(random() * 100) / 10,
    poster: `https://images.example.com/posters/${id}.jpg`,
  };
}

/** About 20 kB of JSON: the same film with a text as long as its script's. */
export function makeBigDocuments(count: number): BenchDocument[] {
  return makeDocuments(count).map((document, id) => ({ ...document, script: sentence(seededRandom(id + 500), 2700) }));
}

/** The words that most documents have. */
export function commonWords(count: number): string[] {
  return Array.from({ length: count }, (_, rank) => wordOfRank(rank));
}

/** Queries of one and two words, the last word sometimes half typed. */
export function makeQueries(count: number): string[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, position) => {
    const query = sentence(random, 1 + (position % 2));
    return position % 3 === 0 ? query.slice(0, -1) : query;
  });
}

function sentence(random: () => number, words: number): string {
  return Array.from({ length: words }, () => word(random)).join(" ");
}

/** Few words are common and most are rare, as in a language. */
function word(random: () => number): string {
  return wordOfRank(Math.floor(WORDS ** random()) - 1);
}

function wordOfRank(rank: number): string {
  const syllables = seededRandom(rank + 1_000_000);
  const length = 2 + Math.floor(syllables() * 3);
  return Array.from({ length }, () => pick("bcdfghklmnprst", syllables) + pick("aeiou", syllables)).join("");
}

function pick<T>(items: ArrayLike<T>, random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}
