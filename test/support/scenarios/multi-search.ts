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
        expect(own.status).toBe(400);
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
}
