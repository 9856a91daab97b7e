import type { MeilisearchApiError } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { metaOf } from "../../../src/index.ts";
import type { Environment } from "../environment.ts";

const UID = "scenario_narrowed";
/** The same documents on one node alone, past miroir. */
const WHOLE = "scenario_narrowed_whole";

const IDS = [...Array.from({ length: 40 }, (_, id) => id), "007", "0x1f", "ab", "aB", "AB", "ab-c", "Ab-C", "1e1", "_"];
const DOCUMENTS = IDS.map((id, place) => ({
  id,
  place,
  title: `${["glass", "harbour"][place % 2]} ${place}`,
  genre: ["drama", "crime", "essay"][place % 3],
  _vectors: { mini: [Math.cos(place), Math.sin(place)] },
}));

const SETTINGS = {
  searchableAttributes: ["title"],
  filterableAttributes: ["id", "genre", "place"],
  sortableAttributes: ["place"],
  embedders: { mini: { source: "userProvided" as const, dimensions: 2 } },
  // No two documents tie, so that one server's order is the only one.
  rankingRules: ["words", "typo", "sort", "exactness", "place:asc"],
};

/** Filters that fewer shards than all can answer. */
const NARROW: readonly (string | (string | string[])[])[] = [
  "id = 7",
  "id = 007",
  "id = 10.0",
  "id = 1e1",
  'id = " 12 "',
  "id = AB",
  "id = ab-C",
  "id = _",
  "id = 4000",
  "id = 'no id'",
  "id = 7 AND id = 8",
  "id IN [1, 2, 3, AB] AND genre = drama",
  ["id IN [1, 2, 3, 4, 5]", ["genre = crime", "place < 4"]],
  "(id = 5 AND NOT genre = essay) OR (id IN [6, 8] AND place > 2)",
];

/** Filters that name the primary key and still need every shard. */
const WIDE = ["id != 7", "id = 7 OR genre = drama", "NOT id = 7", "id > 7", "id EXISTS", "id = ９"];

/** Reads that a filter on the primary key narrows to few shards: what a user sees must be what one server shows. */
export function narrowedReadScenarios({ name, open }: Environment): void {
  const filled = async () => {
    const cluster = await open({ nodes: 3, replicationFactor: 1, shards: 64 });
    const [direct = expect.fail("no node")] = cluster.directs;
    for (const index of [cluster.client.index(UID), direct.index(WHOLE)]) {
      await index.updateSettings(SETTINGS).waitTask({ timeout: 60_000 });
      await index.addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask({ timeout: 60_000 });
    }
    return { cluster, index: cluster.client.index(UID), whole: direct.index(WHOLE) };
  };

  describe(`reads of documents that the filter names over ${name}`, () => {
    it("find by search what one server finds, and ask few shards", async () => {
      const { index, whole } = await filled();
      for (const filter of [...NARROW, ...WIDE]) {
        const isNarrow = NARROW.includes(filter);
        for (const search of [
          {},
          { q: "glass" },
          { sort: ["place:desc"], page: 1 },
          { facets: ["genre", "place"], limit: 2 },
        ]) {
          const answer = await index.search(null, { ...search, filter });
          expect(comparable(answer), String(filter)).toEqual(
            comparable(await whole.search(null, { ...search, filter })),
          );
          expect(metaOf(answer), String(filter)).toMatchObject({ narrowed: isNarrow, degraded: false, exact: true });
        }
      }
    });

    it("ask one shard of one node for one document, and say so", async () => {
      const { index } = await filled();
      const asked = { nodes: [expect.any(String)], coverage: { shards: { total: 64, ok: 1, failed: 0, skipped: 63 } } };
      expect(metaOf(await index.search("", { filter: "id = 7" }))).toMatchObject(asked);
      expect(metaOf(await index.searchGet("", { filter: "id = 7" }))).toMatchObject(asked);
      expect(metaOf(await index.searchForFacetValues({ facetName: "genre", filter: "id = 7" }))).toMatchObject(asked);
      expect(metaOf(await index.getDocuments({ filter: "id = 7" }))).toMatchObject(asked);
    });

    it("find by vector and by both what one server finds", async () => {
      const { index, whole } = await filled();
      for (const filter of NARROW) {
        for (const semanticRatio of [0.5, 1]) {
          const search = { q: "glass", vector: [1, 0], hybrid: { embedder: "mini", semanticRatio }, filter };
          const answer = await index.search(null, search);
          expect(idsOf(answer.hits), String(filter)).toEqual(idsOf((await whole.search(null, search)).hits));
          expect(metaOf(answer)).toMatchObject({ narrowed: true });
        }
      }
    });

    it("list documents, facet values and neighbours as one server does", async () => {
      const { index, whole } = await filled();
      for (const filter of NARROW) {
        const [own, wanted] = await Promise.all([index.getDocuments({ filter }), whole.getDocuments({ filter })]);
        expect({ ...own, results: idsOf(own.results).sort() }).toEqual({
          ...wanted,
          results: idsOf(wanted.results).sort(),
        });
        const facet = { facetName: "genre", filter };
        const [values, others] = [await index.searchForFacetValues(facet), await whole.searchForFacetValues(facet)];
        expect(values.facetHits).toEqual(others.facetHits);
        const near = { id: 7, embedder: "mini", filter };
        const [similar, like] = [await index.searchSimilarDocuments(near), await whole.searchSimilarDocuments(near)];
        expect(idsOf(similar.hits)).toEqual(idsOf(like.hits));
        expect(metaOf(similar)).toMatchObject({ narrowed: true });
      }
    });

    it("find by several ids and a filter what both leave", async () => {
      const { index } = await filled();
      const answer = await index.getDocuments({ ids: [1, 2, 3], filter: "id IN [3, 4] OR id = 1" });
      expect(idsOf(answer.results).sort()).toEqual(["1", "3"]);
      expect((await index.getDocuments({ ids: [1], filter: "id = 2" })).results).toEqual([]);
      expect(metaOf(answer)?.coverage?.shards.ok).toBeLessThanOrEqual(2);
    });

    it("answer several queries, joined or not, from the shards of all of them", async () => {
      const { cluster, whole } = await filled();
      const queries = (indexUid: string) => [
        { indexUid, q: "glass", filter: "id IN [2, 4]", facets: ["genre"] },
        { indexUid, filter: "id = AB" },
      ];
      const plain = await cluster.client.multiSearch({ queries: queries(UID) });
      const [direct = expect.fail("no node")] = cluster.directs;
      const wanted = await direct.multiSearch({ queries: queries(whole.uid) });
      expect(plain.results.map(comparable)).toEqual(wanted.results.map(comparable));
      expect(metaOf(plain)).toMatchObject({ narrowed: true });
      expect(metaOf(plain)?.coverage?.shards.ok).toBeLessThanOrEqual(6);
      const joined = (indexUid: string) => queries(indexUid).map(({ filter }) => ({ indexUid, filter }));
      const federated = await cluster.client.multiSearch({ federation: {}, queries: joined(UID) });
      const one = await direct.multiSearch({ federation: {}, queries: joined(whole.uid) });
      expect(idsOf(federated.hits)).toEqual(idsOf(one.hits));
      expect(federated.estimatedTotalHits).toBe(one.estimatedTotalHits);
      expect(metaOf(federated)).toMatchObject({ narrowed: true });
      const mixed = await cluster.client.multiSearch({ queries: [...queries(UID), { indexUid: UID }] });
      expect(metaOf(mixed)).toMatchObject({ narrowed: false });
      expect(mixed.results.map(({ hits }) => hits.length)).toEqual([2, 3, 20]);
    });

    it("are refused as by one server when the filter is wrong", async () => {
      const { index, whole } = await filled();
      for (const filter of ["id = 1 AND", "id = 1 AND colour = red", "id = 1 AND id = 2 AND colour = red"]) {
        const [own, wanted] = await Promise.all([
          refusal(index.search("", { filter })),
          refusal(whole.search("", { filter })),
        ]);
        expect(own?.code).toBe("invalid_search_filter");
        expect(own?.message.replaceAll(UID, WHOLE)).toBe(wanted?.message);
      }
      await index.updateFilterableAttributes(["genre"]).waitTask({ timeout: 60_000 });
      await whole.updateFilterableAttributes(["genre"]).waitTask({ timeout: 60_000 });
      const search = { filter: "id = 1" };
      const [own, wanted] = await Promise.all([refusal(index.search("", search)), refusal(whole.search("", search))]);
      expect(own?.message.replaceAll(UID, WHOLE)).toBe(wanted?.message);
    });

    it("ask every shard when the client says so", async () => {
      const { cluster } = await filled();
      const client = cluster.connect({ narrowingLimit: 0 });
      expect(metaOf(await client.index(UID).search("", { filter: "id = 7" }))).toMatchObject({ narrowed: false });
      const few = cluster.connect({ narrowingLimit: 2 });
      const narrowedBy = async (filter: string) => metaOf(await few.index(UID).search("", { filter }))?.narrowed;
      expect([await narrowedBy("id IN [1, 2]"), await narrowedBy("id IN [1, 2, 3]")]).toEqual([true, false]);
    });
  });
}

/** What must be the same in the answers to one search. */
function comparable(answer: object): JsonObject {
  const { processingTimeMs: _, requestUid: __, indexUid: ___, ...rest } = answer as JsonObject;
  return rest;
}

function idsOf(hits: readonly object[]): string[] {
  return hits.map((hit) => String((hit as JsonObject)["id"]));
}

async function refusal(call: Promise<unknown>): Promise<{ code: string; message: string } | undefined> {
  return call.then(
    () => undefined,
    (error: MeilisearchApiError) => error.cause as { code: string; message: string },
  );
}
