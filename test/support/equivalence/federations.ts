import fc from "fast-check";
import type { JsonObject } from "../../../src/core/types.ts";
import { searches } from "./searches.ts";
import { EMBEDDER, vectors } from "./vectors.ts";

/** Uids of the two indexes that federated searches go over. */
export const FEDERATED_UIDS = ["scenario_one", "scenario_two"] as const;

/** What federation takes the place of in a query, and what makes an answer approximate. */
const NOT_INSIDE = ["offset", "limit", "page", "hitsPerPage", "facets", "distinct", "rankingScoreThreshold"];

const query: fc.Arbitrary<JsonObject> = fc
  .record({
    indexUid: fc.constantFrom(...FEDERATED_UIDS),
    search: searches.filter(({ matchingStrategy }) => matchingStrategy !== "frequency"),
    federationOptions: fc.option(fc.record({ weight: fc.constantFrom(0, 0.5, 1, 1.7, 3) }), { nil: undefined }),
  })
  .map(({ indexUid, search, federationOptions }) => {
    const own = Object.fromEntries(Object.entries(search).filter(([name]) => !NOT_INSIDE.includes(name)));
    return { indexUid, ...own, ...(federationOptions === undefined ? {} : { federationOptions }) };
  });

/** Queries that sort alike, for those that sort in ways that cannot be compared are refused. */
const queries: fc.Arbitrary<JsonObject[]> = fc
  .tuple(fc.array(query, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([several, isSorted]) => {
    const sort = several.find((one) => one["sort"] !== undefined)?.["sort"];
    return several.map(({ sort: _, ...one }) => (isSorted && sort !== undefined ? { ...one, sort } : one));
  });

const facets = fc.option(fc.subarray(["genre", "tags", "year", "nested.color"], { minLength: 1 }), { nil: null });

const federation: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      window: fc.oneof(
        fc.record({ offset: fc.nat(15), limit: fc.nat(25) }),
        fc.record({ page: fc.nat(4), hitsPerPage: fc.nat(12) }),
      ),
      facetsByIndex: fc.record({ [FEDERATED_UIDS[0]]: facets, [FEDERATED_UIDS[1]]: facets }),
      mergeFacets: fc.constantFrom({}, { maxValuesPerFacet: 3 }),
      distinct: fc.constantFrom("sku", "genre"),
    },
    { requiredKeys: [] },
  )
  .chain((all) => fc.subarray(Object.entries(all)).map((some) => Object.fromEntries(some) as JsonObject))
  .map(({ window = {}, ...rest }) => ({ ...rest, ...(window as JsonObject) }));

/** A random federated multi-search over the two indexes. */
export const federations: fc.Arbitrary<JsonObject> = fc.record({ queries, federation });

/** What makes a query one by vector, or by words and a vector. */
const semantic = fc.record(
  {
    semanticRatio: fc.constantFrom(0, 0.1, 0.3, 0.5, 0.7, 0.9, 1),
    vector: vectors,
    showRankingScoreDetails: fc.boolean(),
    retrieveVectors: fc.boolean(),
  },
  { requiredKeys: ["vector"] },
);

/** A random federated multi-search with vectors in some of its queries. */
export const hybridFederations: fc.Arbitrary<JsonObject> = fc
  .tuple(federations, fc.array(fc.option(semantic, { nil: undefined }), { minLength: 3, maxLength: 3 }))
  .map(([request, added]) => {
    const queries = (request["queries"] as JsonObject[]).map((query, at): JsonObject => {
      const { semanticRatio, ...own } = added[at] ?? {};
      if (added[at] === undefined) return query;
      const ratio = semanticRatio === undefined ? {} : { semanticRatio };
      return { ...query, ...own, hybrid: { embedder: EMBEDDER, ...ratio } };
    });
    return { ...request, queries };
  });
