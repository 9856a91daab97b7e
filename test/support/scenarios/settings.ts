import type { Settings } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { MiroirIndex } from "../../../src/client/miroir-index.ts";
import type { Environment } from "../environment.ts";

const ALL: Settings = {
  displayedAttributes: ["id", "title", "genre"],
  searchableAttributes: ["title", "genre"],
  filterableAttributes: ["genre", "year"],
  sortableAttributes: ["year"],
  rankingRules: ["words", "typo", "sort", "proximity", "attribute", "exactness", "year:desc"],
  stopWords: ["the", "a"],
  nonSeparatorTokens: ["#"],
  separatorTokens: ["&sep"],
  dictionary: ["J. R. R."],
  synonyms: { film: ["movie"] },
  distinctAttribute: "genre",
  proximityPrecision: "byAttribute",
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 4, twoTypos: 8 },
    disableOnWords: ["batman"],
    disableOnAttributes: ["genre"],
    disableOnNumbers: true,
  },
  faceting: { maxValuesPerFacet: 7, sortFacetValuesBy: { "*": "alpha", genre: "count" } },
  pagination: { maxTotalHits: 250 },
  embedders: { default: { source: "userProvided", dimensions: 2 } },
  searchCutoffMs: 400,
  localizedAttributes: [{ locales: ["eng"], attributePatterns: ["title"] }],
  facetSearch: false,
  prefixSearch: "disabled",
};

type Sub = readonly [name: string, value: unknown];

/** Every sub-setting by the name its methods have, with a value that is not the default. */
const SUBS: readonly Sub[] = [
  ["DisplayedAttributes", ["title", "id"]],
  ["SearchableAttributes", ["title"]],
  ["FilterableAttributes", ["genre", "year"]],
  ["SortableAttributes", ["year"]],
  ["RankingRules", ["sort", "words"]],
  ["StopWords", ["the"]],
  ["NonSeparatorTokens", ["@"]],
  ["SeparatorTokens", ["&sep"]],
  ["Dictionary", ["W. E. B."]],
  ["Synonyms", { film: ["movie"] }],
  ["DistinctAttribute", "title"],
  ["ProximityPrecision", "byAttribute"],
  ["TypoTolerance", { ...ALL.typoTolerance, enabled: false }],
  ["Faceting", { maxValuesPerFacet: 3, sortFacetValuesBy: { "*": "count" } }],
  ["Pagination", { maxTotalHits: 17 }],
  ["SearchCutoffMs", 321],
  ["LocalizedAttributes", [{ locales: ["fra"], attributePatterns: ["title"] }]],
  ["FacetSearch", false],
  ["PrefixSearch", "disabled"],
];

/** The methods of an index that belong to one sub-setting, found by name. */
function methodsOf(index: MiroirIndex, name: string) {
  const named = index as unknown as Record<
    string,
    (value?: unknown) => Promise<unknown> & { waitTask(): Promise<{ status: string }> }
  >;
  const method = (verb: string) => {
    const found = named[`${verb}${name}`];
    if (found === undefined) throw new Error(`the client has no ${verb}${name}()`);
    return found.bind(index);
  };
  return { get: method("get"), update: method("update"), reset: method("reset") };
}

/** Settings as the user reads them, and what the nodes hold. */
export function settingsScenarios({ name, open }: Environment): void {
  describe(`settings over ${name}`, () => {
    it("keeps all settings given at once, and resets them", async () => {
      const { client } = await open();
      const index = client.index("scenario_movies");
      await client.createIndex("scenario_movies", { primaryKey: "id" }).waitTask();
      const defaults = await index.getSettings();
      const task = await index.updateSettings(ALL).waitTask();
      expect(task).toMatchObject({ status: "succeeded", type: "settingsUpdate" });
      const { stopWords, typoTolerance, ...others } = await index.getSettings();
      const { stopWords: _, typoTolerance: __, ...expected } = ALL;
      expect(others).toMatchObject(expected);
      expect(typoTolerance).toEqual(ALL.typoTolerance);
      expect(stopWords).toEqual(["a", "the"]);
      expect((await index.resetSettings().waitTask()).status).toBe("succeeded");
      expect(await index.getSettings()).toEqual(defaults);
    });

    it("keeps, shows and resets every sub-setting by itself", async () => {
      const { client } = await open();
      await client.createIndex("scenario_movies", { primaryKey: "id" }).waitTask();
      const index = client.index("scenario_movies");
      for (const [setting, value] of SUBS) {
        const { get, update, reset } = methodsOf(index, setting);
        const before = await get();
        expect(await update(value).waitTask(), setting).toMatchObject({ status: "succeeded" });
        expect(await get(), setting).toEqual(value);
        expect(await get(), setting).not.toEqual(before);
        expect(await reset().waitTask(), setting).toMatchObject({ status: "succeeded" });
        expect(await get(), setting).toEqual(before);
      }
    });

    it("keeps embedders, whose documents' vectors are the user's own", async () => {
      const { client } = await open();
      const index = client.index("scenario_movies");
      await index.updateEmbedders({ mine: { source: "userProvided", dimensions: 3 } }).waitTask();
      expect(await index.getEmbedders()).toMatchObject({ mine: { source: "userProvided", dimensions: 3 } });
      expect((await index.resetEmbedders().waitTask()).status).toBe("succeeded");
      expect(await index.getEmbedders()).toEqual({});
    });

    it("puts the reserved rule first on every node, and never shows it", async () => {
      const { client, directs } = await open();
      const index = client.index("scenario_movies");
      await client.createIndex("scenario_movies", { primaryKey: "id" }).waitTask();
      await index.updateFilterableAttributes(["*"]).waitTask();
      expect(await index.getFilterableAttributes()).toEqual(["*"]);
      for (const direct of directs) {
        expect(await direct.index("scenario_movies").getFilterableAttributes()).toEqual([
          {
            attributePatterns: ["_miroir_*"],
            features: { facetSearch: false, filter: { equality: true, comparison: true } },
          },
          "*",
        ]);
      }
      await index.resetFilterableAttributes().waitTask();
      expect(await index.getFilterableAttributes()).toEqual([]);
      for (const direct of directs) {
        const physical = await direct.index("scenario_movies").getFilterableAttributes();
        expect(physical).toHaveLength(1);
      }
    });

    it("answers the settings to a client that did not write them", async () => {
      const { client, connect } = await open();
      await client
        .index("scenario_movies")
        .updateSettings({ pagination: { maxTotalHits: 5 } })
        .waitTask();
      const other = connect();
      expect(await other.index("scenario_movies").getPagination()).toEqual({ maxTotalHits: 5 });
      await other.index("scenario_movies").updateFaceting({ maxValuesPerFacet: 9 }).waitTask();
      expect((await other.index("scenario_movies").getSettings()).pagination).toEqual({ maxTotalHits: 5 });
    });

    it("refuses wrong settings in the server's words and changes nothing", async () => {
      const { client, directs } = await open();
      const index = client.index("scenario_movies");
      await client.createIndex("scenario_movies").waitTask();
      const before = await index.getSettings();
      const wrong: [Settings, string][] = [
        [{ rankingRules: ["nonsense"] }, "invalid_settings_ranking_rules"],
        [{ pagination: { maxTotalHits: -1 } }, "invalid_settings_pagination"],
        [{ unknown: 1 } as Settings, "bad_request"],
      ];
      for (const [settings, code] of wrong) {
        await expect(index.updateSettings(settings)).rejects.toMatchObject({ cause: { code } });
      }
      expect(await index.getSettings()).toEqual(before);
      for (const direct of directs) {
        expect((await direct.index("scenario_movies").getSettings()).rankingRules).toEqual(before.rankingRules);
      }
    });

    it("takes settings back where they were applied when they fail elsewhere, for want of vectors for one", async () => {
      const { client, directs } = await open({ replicationFactor: 2 });
      const index = client.index("scenario_movies");
      await index.addDocuments([{ id: 1 }], { primaryKey: "id" }).waitTask();
      const embedders = { mine: { source: "userProvided" as const, dimensions: 2 } };
      const task = await index.updateSettings({ embedders, stopWords: ["a"] }).waitTask();
      expect(task).toMatchObject({ status: "failed", error: { code: "vector_embedding_error" } });
      for (const each of [client, ...directs]) {
        expect(await each.index("scenario_movies").getSettings()).toMatchObject({ embedders: {}, stopWords: [] });
      }
    });

    it("creates the index that settings are given to, as one server does", async () => {
      const { client } = await open();
      await client.index("scenario_fresh").updateSortableAttributes(["year"]).waitTask();
      expect(await client.index("scenario_fresh").getSortableAttributes()).toEqual(["year"]);
      await expect(client.index("scenario_other").getSettings()).rejects.toMatchObject({
        cause: { code: "index_not_found" },
      });
    });
  });
}
