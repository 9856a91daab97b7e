import { describe, expect, it } from "vitest";
import { type MiroirClient, metaOf } from "../../../src/index.ts";
import type { Environment } from "../environment.ts";

const COUNTRIES = "scenario_countries";
const settings = { replicateEverywhere: [COUNTRIES] };

const countries = Array.from({ length: 60 }, (_, id) => ({
  id,
  name: `Country ${id}`,
  part: `p${id % 4}`,
  size: id * 3,
}));

async function fill(client: MiroirClient): Promise<void> {
  const index = client.index(COUNTRIES);
  await index.addDocuments(countries, { primaryKey: "id" }).waitTask();
  await index.updateSettings({ filterableAttributes: ["part", "size"], sortableAttributes: ["size"] }).waitTask();
}

/** Indexes whose every document is on every node. */
export function replicateEverywhereScenarios({ name, open }: Environment): void {
  describe(`indexes that are replicated everywhere over ${name}`, () => {
    it("are answered by one node at a time, exactly as one server does, and so to clients without the option", async () => {
      const { client, directs, connect } = await open({ settings });
      await fill(client);
      const [direct] = directs;
      if (direct === undefined) throw new Error("the cluster has no node");
      for (const each of directs) expect((await each.index(COUNTRIES).getStats()).numberOfDocuments).toBe(60);
      await direct.index("scenario_plain").addDocuments(countries, { primaryKey: "id" }).waitTask();
      await direct
        .index("scenario_plain")
        .updateSettings({ filterableAttributes: ["part", "size"], sortableAttributes: ["size"] })
        .waitTask();
      const searches = [
        { q: "country 1", limit: 7 },
        { q: "", filter: "part = p1 AND size > 20", sort: ["size:desc"], facets: ["*"] },
        { q: "county", matchingStrategy: "frequency" as const, hitsPerPage: 5, page: 2, showRankingScore: true },
        { q: "country", distinct: "part", rankingScoreThreshold: 0.1 },
      ];
      for (const { q, ...options } of searches) {
        const alone = await direct.index("scenario_plain").search(q, options);
        for (const reader of [client, connect({ replicateEverywhere: [] })]) {
          const found = await reader.index(COUNTRIES).search(q, options);
          expect({ ...found, processingTimeMs: 0, requestUid: "" }).toEqual({
            ...alone,
            processingTimeMs: 0,
            requestUid: "",
          });
          expect(metaOf(found)).toMatchObject({
            exact: true,
            degraded: false,
            coverage: { shards: { total: 1, ok: 1, failed: 0 } },
          });
          expect(metaOf(found)?.nodes).toHaveLength(1);
        }
      }
    });

    it("take every kind of write and read", async () => {
      const { client, connect, directs } = await open({ settings });
      await fill(client);
      const index = client.index(COUNTRIES);
      const added = await index.addDocuments([{ id: 100, name: "New", part: "p9" }]);
      expect(metaOf(added)?.write).toMatchObject({ acknowledged: ["node-0", "node-1", "node-2"], indebted: [] });
      for (const each of [client, connect({ replicateEverywhere: [] })]) {
        const task = await each.tasks.waitForTask(added.taskUid);
        expect([task.status, task.details]).toEqual(["succeeded", { receivedDocuments: 1, indexedDocuments: 1 }]);
      }
      await index.updateDocuments([{ id: 1, name: "Changed" }]).waitTask();
      expect(await index.getDocument(1)).toEqual({ id: 1, name: "Changed", part: "p1", size: 3 });
      const deleted = await index.deleteDocuments({ filter: "part = p2" }).waitTask();
      expect(deleted.details).toMatchObject({ deletedDocuments: 15 });
      await index.deleteDocuments([3, 7]).waitTask();
      expect((await index.getDocuments({ limit: 100 })).total).toBe(44);
      expect(
        (await index.getDocuments({ ids: ["1", "3", "100"] })).results.map(({ id }) => id as number).sort(),
      ).toEqual([1, 100]);
      expect((await index.getDocuments({ sort: ["size:desc"], limit: 2, offset: 1, fields: ["id"] })).results).toEqual([
        { id: 57 },
        { id: 56 },
      ]);
      expect(await index.getStats()).toMatchObject({ numberOfDocuments: 44, fieldDistribution: { id: 44, part: 44 } });
      expect((await client.getStats()).indexes[COUNTRIES]).toMatchObject({
        numberOfDocuments: 44,
        fieldDistribution: { id: 44 },
      });
      expect((await index.getFields()).total).toBe(4);
      const query = { indexUid: COUNTRIES, q: "", limit: 100 };
      const several = await client.multiSearch({ queries: [query, { ...query, filter: "size < 60" }] });
      expect(several.results.map(({ hits }) => hits.length)).toEqual([44, 13]);
      expect(metaOf(several)?.nodes).toHaveLength(1);
      await client.index("scenario_spread").addDocuments(countries, { primaryKey: "id" }).waitTask();
      const mixed = { queries: [query, { ...query, indexUid: "scenario_spread" }] };
      expect((await client.multiSearch(mixed)).results.map(({ hits }) => hits.length)).toEqual([44, 60]);
      expect(
        (
          await client.multiSearch({
            federation: { limit: 200 },
            ...mixed,
            queries: mixed.queries.map(({ limit: _, ...each }) => each),
          })
        ).hits,
      ).toHaveLength(104);
      expect((await index.searchForFacetValues({ facetName: "part", facetQuery: "p1" })).facetHits).toEqual([
        { value: "p1", count: 15 },
      ]);
      await Promise.all(directs.map((direct) => direct.updateExperimentalFeatures({ editDocumentsByFunction: true })));
      const edited = await index
        .updateDocumentsByFunction({ function: "doc.size = 1", filter: "part = p1" })
        .waitTask();
      expect(edited.details).toMatchObject({ editedDocuments: 15 });
      for (const direct of directs) {
        expect((await direct.index(COUNTRIES).search("", { filter: "size = 1" })).estimatedTotalHits).toBe(15);
      }
      for (const direct of directs) expect((await direct.index(COUNTRIES).getStats()).numberOfDocuments).toBe(44);
      const all = await index.deleteAllDocuments().waitTask();
      expect(all.details).toMatchObject({ deletedDocuments: 44 });
    });

    it("stay so when they are swapped and renamed, and are told apart from those that are spread", async () => {
      const { client, connect } = await open({ settings });
      await fill(client);
      await client
        .index("scenario_spread")
        .addDocuments([{ id: 1 }])
        .waitTask();
      await client.updateIndex(COUNTRIES, { uid: "scenario_lands" }).waitTask();
      const found = await client.index("scenario_lands").search("", { limit: 100 });
      expect([found.hits.length, metaOf(found)?.nodes.length]).toEqual([60, 1]);
      const wrong = connect({ replicateEverywhere: ["scenario_spread"] });
      await expect(wrong.index("scenario_spread").search("")).rejects.toMatchObject({ code: "miroir_index_mismatch" });
      await expect(wrong.index("scenario_spread").addDocuments([{ id: 2 }])).rejects.toMatchObject({
        code: "miroir_index_mismatch",
      });
    });

    it("may have foreign keys, which others may not", async () => {
      const { client, directs } = await open({ settings: { replicateEverywhere: [COUNTRIES, "scenario_cities"] } });
      await Promise.all(directs.map((direct) => direct.updateExperimentalFeatures({ foreignKeys: true })));
      await client
        .index("scenario_spread")
        .addDocuments([{ id: 1 }])
        .waitTask();
      const keys = [{ foreignIndexUid: COUNTRIES, fieldName: "country" }];
      await expect(client.index("scenario_spread").updateForeignKeys(keys)).rejects.toMatchObject({
        code: "miroir_not_supported",
      });
      await client.createIndex(COUNTRIES).waitTask();
      await client.deleteIndex(COUNTRIES).waitTask();
      await fill(client);
      const cities = client.index("scenario_cities");
      await expect(
        cities.updateForeignKeys([{ foreignIndexUid: "scenario_spread", fieldName: "x" }]),
      ).rejects.toMatchObject({ code: "miroir_not_supported" });
      const task = await cities.updateForeignKeys(keys).waitTask();
      expect(task).toMatchObject({ status: "succeeded", details: { foreignKeys: keys } });
      expect(await cities.getForeignKeys()).toEqual(keys);
      for (const direct of directs) {
        const [key] = await direct.index("scenario_cities").getForeignKeys();
        expect(key?.foreignIndexUid).toBe(`${COUNTRIES}__g2`);
      }
      await cities.resetForeignKeys().waitTask();
      expect(await cities.getForeignKeys()).toEqual([]);
    });
  });
}
