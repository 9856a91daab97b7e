import fc from "fast-check";
import type { Settings } from "meilisearch";

/** A document of a random corpus: few words and values, so that typos, prefixes, ties and equal values happen. */
export interface CorpusDocument extends Record<string, unknown> {
  readonly id: number;
}

/** A random corpus and how it is searched. */
export interface Corpus {
  readonly documents: readonly CorpusDocument[];
  readonly settings: Settings;
}

/** Words that lie close together: typos, prefixes, plurals, compounds. */
export const WORDS = [
  ...["star", "stars", "start", "stare", "starship", "sun", "flower", "sunflower", "moon", "moonlight", "light"],
  ...["night", "knight", "river", "rivers", "driver", "the", "of", "red", "read", "reader", "old", "gold", "golden"],
  ...["house", "mouse", "houses", "café", "été", "2001", "2010", "x"],
] as const;

export const GENRES = ["drama", "Drama", "comedy", "sci-fi", "horror"] as const;

const word = fc.constantFrom(...WORDS);
const text = (maxLength: number) => fc.array(word, { minLength: 1, maxLength }).map((words) => words.join(" "));

const document = fc.record(
  {
    title: text(4),
    overview: text(9),
    genre: fc.constantFrom(...GENRES),
    tags: fc.array(fc.constantFrom("new", "classic", "cult", "star", 7), { maxLength: 3 }),
    year: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1990, max: 2002 }) },
      { weight: 1, arbitrary: fc.constantFrom(null, "unknown", 1999.5) },
    ),
    sku: fc.integer({ min: 0, max: 25 }),
    nested: fc.record({ color: fc.constantFrom("red", "blue"), size: fc.integer({ min: 1, max: 4 }) }),
    _geo: fc.record({ lat: fc.integer({ min: -60, max: 60 }), lng: fc.integer({ min: -170, max: 170 }) }),
  },
  // A node that holds no document with an attribute to format leaves out `_formatted`.
  { requiredKeys: ["title", "overview", "genre", "tags"] },
);

const RULES = ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"];

const rankingRules = fc.oneof(
  { weight: 3, arbitrary: fc.constant(RULES) },
  { weight: 1, arbitrary: fc.constant(["words", "typo", "proximity", "attribute", "sort", "exactness"]) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(RULES.length), fc.constantFrom("year:desc", "sku:asc")).map(([at, rule]) => {
      const rules = [...RULES];
      rules.splice(at, 0, rule);
      return rules;
    }),
  },
);

const settings: fc.Arbitrary<Settings> = fc
  .record(
    {
      rankingRules,
      searchableAttributes: fc.constantFrom(["*"], ["title", "overview"], ["overview", "title", "tags"]),
      displayedAttributes: fc.constantFrom(["*"], ["*"], ["id", "title", "overview", "tags"]),
      stopWords: fc.constantFrom([], ["the", "of"]),
      synonyms: fc.constantFrom({}, { river: ["moonlight"], old: ["gold", "red house"] }),
      typoTolerance: fc.constantFrom(
        { enabled: true, minWordSizeForTypos: { oneTypo: 4, twoTypos: 7 } },
        { enabled: true },
        { enabled: false },
      ),
      proximityPrecision: fc.constantFrom("byWord" as const, "byWord" as const, "byAttribute" as const),
      prefixSearch: fc.constantFrom("indexingTime" as const, "indexingTime" as const, "disabled" as const),
      faceting: fc.constantFrom(
        { maxValuesPerFacet: 100 },
        { maxValuesPerFacet: 4 },
        { maxValuesPerFacet: 6, sortFacetValuesBy: { "*": "count" as const } },
      ),
      pagination: fc.constantFrom({ maxTotalHits: 1000 }, { maxTotalHits: 1000 }, { maxTotalHits: 23 }),
      distinctAttribute: fc.constantFrom(null, null, null, null, "sku"),
    },
    { requiredKeys: ["pagination", "distinctAttribute"] },
  )
  .map(
    (chosen): Settings => ({
      ...(chosen as unknown as Settings),
      filterableAttributes: ["id", "genre", "tags", "year", "sku", "nested", "_geo"],
      sortableAttributes: ["year", "title", "sku", "nested.size", "_geo"],
    }),
  );

/** A corpus of some dozen documents with settings. */
export const corpora: fc.Arbitrary<Corpus> = fc.record({
  documents: fc
    .array(document, { minLength: 30, maxLength: 110 })
    .map((documents) => documents.map((fields, id) => ({ id, ...fields }))),
  settings,
});

/** Three corpora as one, under the settings of the first, so that lists are long enough to be cut off. */
export function largeCorpus(seed: number): Corpus {
  const [first, ...others] = fc.sample(corpora, { seed, numRuns: 3 });
  if (first === undefined) throw new Error("no corpus was made");
  const documents = [first, ...others]
    .flatMap((corpus) => corpus.documents)
    .map((document, id) => ({ ...document, id }));
  return { documents, settings: { ...first.settings, distinctAttribute: null, pagination: { maxTotalHits: 1000 } } };
}
