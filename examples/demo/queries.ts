import type { SearchParams } from "../../src/index.ts";

/** One search of the demo. */
export interface Query {
  readonly name: string;
  readonly q: string;
  readonly params?: SearchParams;
}

/** Twenty searches, each about something that a merge of several servers' answers could get wrong. */
export const QUERIES: readonly Query[] = [
  { name: "plain words", q: "star wars" },
  { name: "one typo", q: "spilberg" },
  { name: "typos in two words", q: "termnator judgemnt" },
  { name: "prefix", q: "har" },
  { name: "one letter", q: "b", params: { limit: 50 } },
  { name: "many words", q: "the lord of the rings" },
  { name: "all words needed", q: "steven warner", params: { matchingStrategy: "all" } },
  { name: "phrase", q: '"dark knight"' },
  { name: "negative word", q: "batman -robin" },
  { name: "filter", q: "love", params: { filter: "genre = Comedy AND imdb > 6" } },
  { name: "filter, nested", q: "", params: { filter: ["imdb > 7", ["rating IN [PG, R]", "gross > 1000000"]] } },
  { name: "filter, sorted", q: "", params: { filter: "director EXISTS AND NOT rating = R", sort: ["gross:desc"] } },
  { name: "facets", q: "man", params: { facets: ["genre", "rating", "imdb"] } },
  { name: "all facets", q: "house", params: { facets: ["*"], limit: 5 } },
  { name: "sort within words", q: "the", params: { sort: ["imdb:desc"] } },
  { name: "sort by two", q: "", params: { sort: ["budget:asc", "title:asc"], limit: 30 } },
  { name: "distinct", q: "peter", params: { distinct: "director", sort: ["gross:desc"] } },
  { name: "page by offset", q: "night", params: { offset: 20, limit: 10 } },
  { name: "page by number", q: "king", params: { page: 3, hitsPerPage: 8, facets: ["rating"] } },
  {
    name: "highlight and crop",
    q: "return king",
    params: { attributesToHighlight: ["*"], attributesToCrop: ["title"], cropLength: 3, showMatchesPosition: true },
  },
];
