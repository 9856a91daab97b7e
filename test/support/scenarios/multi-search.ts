import type { MeilisearchApiError } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { type MiroirClient, metaOf } from "../../../src/index.ts";
import type { ClusterShape, TestCluster } from "../cluster.ts";
import type { Environment } from "../environment.ts";

const BOOKS = "scenario_books";
const SHOPS = "scenario_shops";

const TITLES = [
  "The Harbour Light",
  "Winter Harbour",
  "Light over Water",
  "A Winter Garden",
  "Sea of Glass",
  "The Sea",
];
const CITIES = ["Cork", "Bergen", "Lyon", "Harbour Town"];

const BOOK_LIST = Array.from({ length: 60 }, (_, id) => ({
  id,
  title: TITLES[id % TITLES.length],
  genre: ["drama", "crime", "essay"][id % 3],
  rating: (id * 7) % 50,
  ...(id === 17 ? { author: { name: "Lonely" } } : {}),
}));

const SHOP_LIST = Array.from({ length: 40 }, (_, number) => ({
  sku: `shop-${number}`,
  name: `${["Harbour Books", "Winter Reads", "Sea Stories"][number % 3]} ${number}`,
  city: CITIES[number % CITIES.length],
  rating: (number * 11) % 50,
}));

/** Fills both indexes, whatever client it is given. */
export async function fillBooksAndShops(client: MiroirClient | TestCluster["directs"][number]): Promise<void> {
  const tasks = [
    await client.index(BOOKS).updateSettings({
      filterableAttributes: ["genre", "rating"],
      sortableAttributes: ["rating", "title"],
      searchableAttributes: ["title", "genre", "author"],
    }),
    await client.index(BOOKS).addDocuments(BOOK_LIST, { primaryKey: "id" }),
    await client.index(SHOPS).updateSettings({
      filterableAttributes: ["city", "rating"],
      sortableAttributes: ["rating", "name"],
    }),
    await client.index(SHOPS).addDocuments(SHOP_LIST, { primaryKey: "sku" }),
  ];
  for (const { error } of await client.tasks.waitForTasks(tasks)) if (error !== null) throw new Error(error.message);
}

/** An answer without what differs between two equal calls; hits without the order of ties. */
function timeless({ processingTimeMs: _, requestUid: __, hits, ...answer }: JsonObject): JsonObject {
  return { ...answer, hits: (hits as JsonObject[]).length };
}

async function refusalOf(call: Promise<unknown>): Promise<{ status: number; body: unknown }> {
  const error = (await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as MeilisearchApiError | undefined;
  return { status: error?.response.status ?? 0, body: error?.cause };
}

/** Several searches in one call: what one server with all documents would answer. */
export function multiSearchScenarios({ name, open }: Environment): void {
  const filled = async (shape: ClusterShape = {}) => {
    const cluster = await open(shape);
    await fillBooksAndShops(cluster.client);
    return cluster;
  };

  describe(`searching several times at once over ${name}`, () => {
    it("answers each query as a search of its own", async () => {
      const { client } = await filled({ replicationFactor: 1 });
      const searches = [
        { indexUid: BOOKS, q: "harbour", limit: 5, facets: ["genre"] },
        { indexUid: SHOPS, q: "winter", page: 2, hitsPerPage: 4 },
        {
          indexUid: BOOKS,
          sort: ["rating:desc", "title:asc"],
          filter: "genre = crime",
          attributesToRetrieve: ["title"],
        },
      ];
      const { results } = (await client.multiSearch({ queries: searches })) as unknown as { results: JsonObject[] };
      expect(results.map(({ indexUid }) => indexUid)).toEqual([BOOKS, SHOPS, BOOKS]);
      for (const [place, { indexUid, ...search }] of searches.entries()) {
        const answer = (await client.index(indexUid).search(null, search)) as unknown as JsonObject;
        const together = results[place] ?? expect.fail("no result");
        expect(timeless(together)).toEqual({ indexUid, ...timeless(answer) });
      }
      expect(new Set(results.map(({ requestUid }) => requestUid)).size).toBe(1);
    });

    it("answers an empty list with an empty list", async () => {
      const { client } = await filled();
      expect(await client.multiSearch({ queries: [] })).toEqual({ results: [] });
    });

    it("says what the answers stand on", async () => {
      const { client } = await filled();
      const answer = await client.multiSearch({
        queries: [{ indexUid: BOOKS }, { indexUid: SHOPS, distinct: "city" }],
      });
      expect(metaOf(answer)).toMatchObject({ degraded: false, exact: false, coverage: { missing: [] } });
      expect(metaOf(answer)?.reasons).toEqual([expect.stringMatching(/^Totals with distinct/)]);
    });

    it("refuses what a server refuses, in its words for the first query that fails", async () => {
      const { client, directs } = await filled();
      const [direct = expect.fail("no node")] = directs;
      const cases = [
        [{ indexUid: BOOKS }, { indexUid: "scenario_none", q: "x" }],
        [{ indexUid: BOOKS, limit: -1 }],
        [{ indexUid: "bad uid" }],
        [{ q: "x" }],
        [{ indexUid: BOOKS, federationOptions: { weight: 1 } }],
        [{ indexUid: BOOKS, filter: "genre >" }, { indexUid: "scenario_none" }],
        [{ indexUid: BOOKS, query: "x" }],
      ] as unknown as { indexUid: string }[][];
      for (const queries of cases) {
        const own = await refusalOf(client.multiSearch({ queries }));
        expect(own).toEqual(await refusalOf(direct.multiSearch({ queries })));
        expect(own.status).toBeOneOf([400, 404]); // the latter where foreign keys are switched on
      }
      const own = await refusalOf(client.multiSearch({ queries: [{ indexUid: BOOKS, filter: "title = x" }] }));
      expect(own.body).toMatchObject({
        code: "invalid_search_filter",
        message: expect.stringMatching(
          /^Inside `\.queries\[0\]`: Index `scenario_books`: .* Available filterable attribute patterns are: `genre`, `rating`\./,
        ),
      });
    });

    it("finds by an attribute that only one document has, beside other queries", async () => {
      const { client } = await filled({ replicationFactor: 1 });
      const lonely = { indexUid: BOOKS, q: "lonely", attributesToSearchOn: ["author.name"] };
      const { results } = await client.multiSearch({ queries: [{ indexUid: SHOPS, limit: 1 }, lonely] });
      expect(results.map(({ estimatedTotalHits }) => estimatedTotalHits)).toEqual([40, 1]);
      expect(results[1]?.hits).toEqual([expect.objectContaining({ id: 17 })]);
      const unknown = { indexUid: BOOKS, attributesToSearchOn: ["nowhere"] };
      const refusal = await refusalOf(client.multiSearch({ queries: [lonely, unknown] }));
      expect(refusal.body).toMatchObject({ code: "invalid_search_attributes_to_search_on" });
    });
  });

  describe(`searching several queries as one list over ${name}`, () => {
    const federate = async (client: MiroirClient, queries: readonly object[], federation: object = {}) =>
      (await client.multiSearch({ queries: [...queries], federation } as never)) as unknown as JsonObject & {
        hits: (JsonObject & {
          _federation: { indexUid: string; queriesPosition: number; weightedRankingScore: number };
        })[];
      };

    it("answers the server's keys, with the query of each hit", async () => {
      const { client } = await filled({ replicationFactor: 1 });
      const answer = await federate(client, [
        { indexUid: BOOKS, q: "harbour" },
        { indexUid: SHOPS, q: "winter" },
      ]);
      expect(answer).toEqual({
        hits: expect.any(Array),
        processingTimeMs: expect.any(Number),
        limit: 20,
        offset: 0,
        estimatedTotalHits: 33,
        requestUid: expect.any(String),
      });
      expect(answer.hits).toHaveLength(20);
      for (const hit of answer.hits) {
        const isShop = "sku" in hit;
        expect(hit._federation).toEqual({
          indexUid: isShop ? SHOPS : BOOKS,
          queriesPosition: isShop ? 1 : 0,
          weightedRankingScore: expect.any(Number),
        });
        expect(Object.keys(hit)).not.toContain("_rankingScoreDetails");
      }
    });

    it("orders the hits of several indexes by a sort that they share, page by page", async () => {
      const { client } = await filled({ replicationFactor: 1 });
      const queries = [
        { indexUid: BOOKS, sort: ["rating:desc"], attributesToRetrieve: ["rating"] },
        { indexUid: SHOPS, sort: ["rating:desc"], attributesToRetrieve: ["rating"] },
      ];
      const expected = [...BOOK_LIST, ...SHOP_LIST].map(({ rating }) => rating).sort((a, b) => b - a);
      const seen: unknown[] = [];
      for (let page = 1; page <= 4; page++) {
        const answer = await federate(client, queries, { page, hitsPerPage: 30 });
        expect(answer).toMatchObject({ page, hitsPerPage: 30, totalPages: 4, totalHits: 100 });
        seen.push(...answer.hits.map(({ rating }) => rating));
        expect(metaOf(answer)).toMatchObject({ exact: true });
      }
      expect(seen).toEqual(expected);
    });

    it("puts the query with the larger weight first, and shows each document once", async () => {
      const { client } = await filled({ replicationFactor: 1 });
      const light = { indexUid: BOOKS, q: "winter", attributesToRetrieve: ["title"] };
      const heavy = { indexUid: BOOKS, q: "harbour", federationOptions: { weight: 3 } };
      const answer = await federate(client, [light, heavy], { limit: 60 });
      const positions = answer.hits.map(({ _federation }) => _federation.queriesPosition);
      expect(positions).toEqual([...Array(20).fill(1), ...Array(10).fill(0)]);
      expect(answer["estimatedTotalHits"]).toBe(30);
      for (const { _federation, ...hit } of answer.hits.slice(20)) expect(Object.keys(hit)).toEqual(["title"]);
      const other = await federate(client, [{ ...light, federationOptions: { weight: 4 } }, heavy], { limit: 60 });
      const others = other.hits.map(({ _federation }) => _federation.queriesPosition);
      expect(others).toEqual([...Array(20).fill(0), ...Array(10).fill(1)]);
    });

    it("counts facets by index, or of all indexes together", async () => {
      const { client } = await filled({ replicationFactor: 1 });
      const queries = [{ indexUid: BOOKS }, { indexUid: SHOPS }, { indexUid: BOOKS, filter: "genre = crime" }];
      const facetsByIndex = { [BOOKS]: ["*"], [SHOPS]: ["rating"] };
      const apart = await federate(client, queries, { limit: 0, facetsByIndex });
      expect(apart).toMatchObject({
        estimatedTotalHits: 100,
        facetsByIndex: {
          [BOOKS]: {
            distribution: { genre: { crime: 20, drama: 20, essay: 20 } },
            stats: { rating: { min: 0, max: 49 } },
          },
          [SHOPS]: { stats: { rating: { min: 0, max: 49 } } },
        },
      });
      const together = await federate(client, queries, {
        limit: 0,
        facetsByIndex,
        mergeFacets: { maxValuesPerFacet: 2 },
      });
      const count = (value: number) => [...BOOK_LIST, ...SHOP_LIST].filter(({ rating }) => rating === value).length;
      expect(together["facetDistribution"]).toEqual({
        genre: { crime: 20, drama: 20 },
        rating: { "0": count(0), "1": count(1) },
      });
      expect(together["facetStats"]).toEqual({ rating: { min: 0, max: 49 } });
      await client
        .index(SHOPS)
        .updateFaceting({ sortFacetValuesBy: { rating: "count" } })
        .waitTask();
      const clash = await refusalOf(federate(client, queries, { facetsByIndex, mergeFacets: {} }));
      expect(clash.body).toMatchObject({
        code: "invalid_multi_search_facet_order",
        message: expect.stringContaining(
          `Inside \`.federation.facetsByIndex.${SHOPS}\`: Inconsistent order for values in facet \`rating\``,
        ),
      });
    });

    it("shows one hit per distinct value over all indexes, and says that such totals are not exact", async () => {
      const { client } = await filled({ replicationFactor: 1 });
      const queries = [
        { indexUid: BOOKS, sort: ["rating:asc"] },
        { indexUid: SHOPS, sort: ["rating:asc"] },
      ];
      const answer = await federate(client, queries, { distinct: "rating", limit: 100 });
      const ratings = [...new Set([...BOOK_LIST, ...SHOP_LIST].map(({ rating }) => rating))].sort((a, b) => a - b);
      expect(answer.hits.map(({ rating }) => rating)).toEqual(ratings);
      expect(metaOf(answer)).toMatchObject({ exact: false });
    });

    it("refuses what a server refuses, in its words", async () => {
      const { client, directs } = await filled();
      const [direct = expect.fail("no node")] = directs;
      const cases: [queries: object[], federation: object][] = [
        [[{ indexUid: BOOKS, limit: 3 }], {}],
        [[{ indexUid: BOOKS, facets: ["genre"] }], {}],
        [[{ indexUid: BOOKS }, { indexUid: "scenario_none" }], {}],
        [[{ indexUid: BOOKS }], { facetsByIndex: { scenario_none: ["a"] } }],
        [[{ indexUid: BOOKS, federationOptions: { weight: -1 } }], {}],
        [[{ indexUid: BOOKS, federationOptions: { remote: "other" } }], {}],
        [[{ indexUid: BOOKS, distinct: "genre" }], { distinct: "genre" }],
        [[{ indexUid: BOOKS }], { limit: -1 }],
        [[{ indexUid: BOOKS }], { mergeFacets: { maxValuesPerFacet: "x" } }],
        [[{ indexUid: BOOKS }], { foo: 1 }],
      ];
      for (const [queries, federation] of cases) {
        const own = await refusalOf(client.multiSearch({ queries, federation } as never));
        expect(own).toEqual(await refusalOf(direct.multiSearch({ queries, federation } as never)));
        expect(own.status).toBeOneOf([400, 404]); // the latter where foreign keys are switched on
      }
      expect(await federate(client, [], {})).toMatchObject({ hits: [], estimatedTotalHits: 0 });
      const personal = client.multiSearch({
        queries: [{ indexUid: BOOKS, q: "x", personalize: { userContext: "x" } }],
        federation: {},
      } as never);
      expect((await refusalOf(personal)).body).toMatchObject({ code: "miroir_not_supported" });
    });
  });
}
