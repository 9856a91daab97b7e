import fc from "fast-check";
import type { JsonObject } from "../../../src/core/types.ts";

/** A document whose id is a number or a text. */
export interface KeyedDocument {
  readonly id: number | string;
  readonly genre: string;
  readonly place: number;
}

const GENRES = ["drama", "crime", "essay"];

/** Texts that come close to one another, and to numbers, when they are compared as filters do. */
const textId = fc.oneof(
  fc.stringMatching(/^[aAbB]{1,3}$/),
  fc.stringMatching(/^[0-2]{1,3}$/),
  fc.stringMatching(/^[aB]-[0-2]$/),
  fc.constantFrom("1e1", "1E1", "2e0", "-1", "-0", "_", "-", "0x1", "NaN", "inf", "Infinity"),
);

const id = fc.oneof(fc.integer({ min: -3, max: 40 }), textId, fc.constantFrom(2 ** 53 - 1, 2 ** 53));

/** Documents of which no two have the same id. */
export const keyedDocuments: fc.Arbitrary<readonly KeyedDocument[]> = fc
  .uniqueArray(id, { minLength: 20, maxLength: 60, selector: String })
  .chain((ids) => fc.shuffledSubarray(ids, { minLength: ids.length }))
  .map((ids) => ids.map((each, place) => ({ id: each, genre: GENRES[place % 3] ?? "", place })));

/** Ways to write a value so that servers find it equal, or nearly. */
const disguises: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => `0${text}`,
  (text) => `+${text}`,
  (text) => `${text}.0`,
  (text) => `${text}0e-1`,
  (text) => ` ${text} `,
  (text) => `\u0085${text}`,
  (text) => text.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  (text) => text.replace(/a/gi, "\u24b6"),
];

const literal = fc
  .tuple(id.map(String), fc.oneof(fc.constant(0), fc.nat(disguises.length - 1)))
  .map(([text, way]) => JSON.stringify(disguises[way]?.(text) ?? text));

const aboutKey = fc.oneof(
  { weight: 5, arbitrary: literal.map((value) => `id = ${value}`) },
  { weight: 4, arbitrary: fc.array(literal, { maxLength: 5 }).map((values) => `id IN [${values.join(", ")}]`) },
  { weight: 1, arbitrary: literal.map((value) => `id != ${value}`) },
  { weight: 1, arbitrary: fc.array(literal, { maxLength: 2 }).map((values) => `id NOT IN [${values.join(", ")}]`) },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 40 }).map((value) => `id >= ${value}`) },
  { weight: 1, arbitrary: fc.constant("id EXISTS") },
);

const aboutOthers = fc.oneof(
  fc.constantFrom(...GENRES).map((genre) => `genre = ${genre}`),
  fc.nat(60).map((place) => `place > ${place}`),
);

const expression: fc.Arbitrary<string> = fc.letrec<{ any: string; leaf: string }>((tie) => ({
  leaf: fc.oneof({ weight: 4, arbitrary: aboutKey }, { weight: 1, arbitrary: aboutOthers }),
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie("leaf"),
    fc
      .tuple(tie("any"), fc.constantFrom("AND", "OR"), tie("any"))
      .map(([left, word, right]) => `(${left}) ${word} (${right})`),
    tie("any").map((inner) => `NOT (${inner})`),
    fc.tuple(tie("any"), tie("leaf")).map(([left, right]) => `(${left}) AND ${right}`),
  ),
})).any;

/** Filters of which most are about the primary key `id`, as expressions and as lists. */
export const keyedFilters: fc.Arbitrary<string | (string | string[])[]> = fc.oneof(
  { weight: 3, arbitrary: expression },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(expression, fc.array(expression, { minLength: 1, maxLength: 2 })), { maxLength: 3 }),
  },
);

/** What is asked of the documents that a filter lets through; no two documents tie. */
export const keyedSearches: fc.Arbitrary<JsonObject> = fc.record(
  {
    filter: keyedFilters,
    sort: fc.constantFrom(["place:desc"], ["genre:asc", "place:desc"]),
    facets: fc.constantFrom(["genre"], ["genre", "place"]),
    offset: fc.nat(3),
    limit: fc.nat(12),
    page: fc.integer({ min: 1, max: 2 }),
    attributesToRetrieve: fc.constantFrom(["id"], ["genre"]),
  },
  { requiredKeys: ["filter"] },
);
