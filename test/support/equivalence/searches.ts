import fc from "fast-check";
import type { JsonObject } from "../../../src/core/types.ts";
import { GENRES, WORDS } from "./corpus.ts";

/** A word as people type it: right, cut off, or with a mistake. */
const typed: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...WORDS), fc.nat(5), fc.nat(20))
  .map(([word, kind, at]) => {
    const place = at % word.length;
    if (kind === 0) return word.slice(0, place + 1);
    if (kind === 1) return `${word.slice(0, place)}${word.slice(place + 1)}` || word;
    if (kind === 2) return `${word.slice(0, place)}e${word.slice(place + 1)}`;
    return word;
  });

const query: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constant("") },
  { weight: 6, arbitrary: fc.array(typed, { minLength: 1, maxLength: 4 }).map((words) => words.join(" ")) },
  { weight: 1, arbitrary: fc.array(typed, { minLength: 1, maxLength: 3 }).map((words) => `"${words.join(" ")}"`) },
  { weight: 1, arbitrary: fc.tuple(typed, typed).map(([word, unwanted]) => `${word} -${unwanted}`) },
);

const condition: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...GENRES).map((genre) => `genre = "${genre}"`),
  fc
    .subarray([...GENRES], { minLength: 1 })
    .map((genres) => `genre IN [${genres.map((each) => `"${each}"`).join(",")}]`),
  fc.integer({ min: 1989, max: 2003 }).map((year) => `year >= ${year}`),
  fc.tuple(fc.nat(12), fc.nat(12)).map(([from, length]) => `year ${1990 + from} TO ${1990 + from + length}`),
  fc.constantFrom("tags = classic", "tags != star", "tags = 7", "tags IS EMPTY", "year IS NULL", "year EXISTS"),
  fc.constantFrom("nested.color = red", "nested.size < 3", "sku > 12", "NOT sku = 3", "tags IS EMPTY OR sku < 9"),
  fc.constant("_geoRadius(0, 0, 6000000)"),
);

const expression: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: condition },
  {
    weight: 1,
    arbitrary: fc
      .tuple(condition, fc.constantFrom("AND", "OR", "AND NOT"), condition)
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
  },
);

const filter: fc.Arbitrary<string | (string | string[])[]> = fc.oneof(
  { weight: 3, arbitrary: expression },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(expression, fc.array(expression, { minLength: 1, maxLength: 2 })), { maxLength: 3 }),
  },
);

const sort = fc.uniqueArray(
  fc.constantFrom("year:asc", "year:desc", "title:asc", "sku:desc", "nested.size:asc", "_geoPoint(10, 20):asc"),
  { minLength: 1, maxLength: 2, selector: (each) => each.split(":")[0] },
);

const paging: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ offset: fc.nat(30), limit: fc.nat(25) }),
  fc.record({ page: fc.nat(4), hitsPerPage: fc.nat(12) }),
  fc.constant({}),
);

const options: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      filter,
      sort,
      facets: fc.oneof(fc.constant(["*"]), fc.subarray(["genre", "tags", "year", "nested.color"])),
      distinct: fc.constantFrom("genre", "sku", "nested.size"),
      attributesToHighlight: fc.constantFrom(["*"], ["title"]),
      attributesToCrop: fc.constantFrom(["overview"], ["*:3"]),
      attributesToRetrieve: fc.constantFrom(["id"], ["id", "title"], ["*"]),
      showMatchesPosition: fc.boolean(),
      showRankingScore: fc.boolean(),
      showRankingScoreDetails: fc.boolean(),
      matchingStrategy: fc.constantFrom("last", "last", "last", "all", "all", "frequency"),
      attributesToSearchOn: fc.constantFrom(["title"], ["overview", "title"]),
      rankingScoreThreshold: fc.constantFrom(0.3, 0.8),
    },
    { requiredKeys: [] },
  )
  // Left to itself a record has each option half of the time, which would leave few searches without approximations.
  .chain((all) =>
    fc
      .subarray(Object.entries(all), { maxLength: Math.min(4, Object.keys(all).length) })
      .map((some) => Object.fromEntries(some) as JsonObject),
  );

/** A random search body. */
export const searches: fc.Arbitrary<JsonObject> = fc
  .tuple(query, options, paging)
  .map(([q, some, window]) => ({ q, ...some, ...window }));
