import { describe, expect, it } from "vitest";
import { metaOf } from "../../../src/index.ts";
import type { Environment } from "../environment.ts";

/** What is asked of the fields, as the client sends it or should not. */
const QUERIES: readonly object[] = [
  {},
  { limit: 3 },
  { offset: 2, limit: 4 },
  { offset: 90 },
  { limit: 0 },
  { filter: null },
  { filter: { displayed: true } },
  { filter: { displayed: false }, limit: 50 },
  { filter: { sortable: true, rankingRule: true } },
  { filter: { distinct: true } },
  { filter: { attributePatterns: ["author.*", "y*"], searchable: true } },
  { filter: { filterable: true, displayed: true } },
  { filter: { shown: true } },
  { filter: { displayed: 1 } },
  { filter: 4 },
  { limit: -1 },
  { pages: 1 },
];

const SETTINGS = {
  displayedAttributes: ["title", "author"],
  searchableAttributes: ["title", "author.name"],
  filterableAttributes: [
    "year",
    {
      attributePatterns: ["author.*"],
      features: { facetSearch: true, filter: { equality: true, comparison: false } },
    },
  ],
  sortableAttributes: ["year", "rank"],
  rankingRules: ["words", "year:desc"],
  distinctAttribute: "series",
  localizedAttributes: [{ attributePatterns: ["title"], locales: ["fra" as const] }],
};

/** Fields, compaction and the settings that belong to chats. */
export function fieldScenarios({ name, open }: Environment): void {
  describe(`fields over ${name}`, () => {
    it("lists the fields of all nodes' documents as one server with all of them does", async () => {
      const { client, directs } = await open();
      // Most fields are those of one document, which is on two of the three nodes.
      const movies = Array.from({ length: 30 }, (_, id) => ({
        ...{ id, title: `Movie ${id}`, [`only_${id % 15}`]: true },
        ...(id === 7 ? { author: { name: "A", country: "B" }, year: 1980, rank: 1 } : {}),
        ...(id === 8 ? { series: "x", "author.name": "flat" } : {}),
      }));
      const [direct] = directs;
      if (direct === undefined) throw new Error("the cluster has no node");
      for (const [each, uid] of [
        [client, "scenario_movies"],
        [direct, "scenario_plain"],
      ] as const) {
        await each.index(uid).addDocuments(movies, { primaryKey: "id" }).waitTask();
        await each.index(uid).updateSettings(SETTINGS).waitTask();
      }
      const outcome = (sent: Promise<unknown>) => sent.catch((error: Error) => error.cause);
      for (const body of QUERIES) {
        const over = await outcome(client.httpRequest.post({ path: "indexes/scenario_movies/fields", body }));
        const alone = await outcome(direct.httpRequest.post({ path: "indexes/scenario_plain/fields", body }));
        expect(over, JSON.stringify(body)).toEqual(alone);
      }
      expect(metaOf(await client.index("scenario_movies").getFields())).toMatchObject({ exact: true, degraded: false });
    });

    it("compacts an index on every node as one task", async () => {
      const { client } = await open();
      await client
        .index("scenario_movies")
        .addDocuments([{ id: 1 }])
        .waitTask();
      const task = await client.index("scenario_movies").compact().waitTask();
      expect(task).toMatchObject({ status: "succeeded", type: "indexCompaction", indexUid: "scenario_movies" });
      expect(task.details).toEqual({
        preCompactionSize: expect.stringMatching(/^\d+(\.\d+)? \w+$/),
        postCompactionSize: expect.stringMatching(/^\d+(\.\d+)? \w+$/),
      });
      const failed = await client.index("scenario_nothing").compact().waitTask();
      expect(failed).toMatchObject({ status: "failed", error: { message: "Index `scenario_nothing` not found." } });
    });
  });
}
