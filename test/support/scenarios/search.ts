import { describe, expect, it } from "vitest";
import { metaOf } from "../../../src/index.ts";
import type { ClusterShape } from "../cluster.ts";
import type { Environment } from "../environment.ts";

const UID = "scenario_movies";

interface Movie {
  readonly id: number;
  readonly title: string;
  readonly genre: string;
  readonly year: number;
  readonly tags: readonly string[];
}

const TITLES = ["Batman Returns", "Batman Begins", "Superman", "The Matrix", "Matrix Reloaded", "Bat Out of Hell"];
const GENRES = ["action", "drama", "horror"];

const MOVIES: readonly Movie[] = Array.from({ length: 90 }, (_, id) => ({
  id,
  title: `${TITLES[id % TITLES.length]} ${Math.floor(id / TITLES.length)}`,
  genre: GENRES[id % GENRES.length] ?? "",
  year: 1960 + (id % 45),
  tags: [`tag${id % 4}`, `tag${id % 5}`],
}));

const count = (passes: (movie: Movie) => boolean) => MOVIES.filter(passes).length;

/** Searching: what a user sees must be what one server with all documents would show. */
export function searchScenarios({ name, open, capacity }: Environment): void {
  const filled = async (shape: ClusterShape = {}) => {
    const cluster = await open(shape);
    const index = cluster.client.index<Movie>(UID);
    await index
      .updateSettings({
        filterableAttributes: ["genre", "year", "tags"],
        sortableAttributes: ["year", "id"],
        searchableAttributes: ["title", "genre"],
      })
      .waitTask();
    await index.addDocuments([...MOVIES], { primaryKey: "id" }).waitTask();
    return index;
  };

  describe(`searching over ${name}`, () => {
    const shapes: ClusterShape[] = [
      { nodes: 1, replicationFactor: 1 },
      { nodes: 3, replicationFactor: 1 },
      { nodes: 3, replicationFactor: 3 },
      { nodes: 2, groups: 2, replicationFactor: 1 },
      { nodes: 5, replicationFactor: 2, shards: 64 },
    ];
    for (const shape of shapes) {
      const { nodes = 3, groups = 1, replicationFactor } = shape;
      it.skipIf(nodes > capacity)(
        `finds every document once on ${nodes} nodes, ${groups} group(s), ${replicationFactor} replica(s)`,
        async () => {
          const index = await filled(shape);
          const answer = await index.search("", { limit: 200 });
          expect(answer.hits.map(({ id }) => id).sort((a, b) => a - b)).toEqual(MOVIES.map(({ id }) => id));
          expect(answer.estimatedTotalHits).toBe(90);
          const meta = metaOf(answer);
          expect(meta).toMatchObject({ degraded: false, exact: true, coverage: { missing: [], indebted: [] } });
          expect(meta?.coverage?.shards.ok).toBe(meta?.coverage?.shards.total);
        },
      );
    }

    it("answers the server's keys, and nothing of its own", async () => {
      const index = await filled();
      const answer = await index.search("batman");
      expect(answer).toEqual({
        hits: expect.any(Array),
        query: "batman",
        processingTimeMs: expect.any(Number),
        limit: 20,
        offset: 0,
        estimatedTotalHits: 30,
        requestUid: expect.any(String),
      });
      const [hit] = answer.hits;
      expect(Object.keys(hit ?? {}).sort()).toEqual(["genre", "id", "tags", "title", "year"]);
    });

    it("finds words with typos and by their beginnings, best first", async () => {
      const index = await filled();
      const typo = await index.search("supermen", { limit: 100 });
      expect(typo.estimatedTotalHits).toBe(15);
      expect(typo.hits.every(({ title }) => title.startsWith("Superman"))).toBe(true);
      const prefix = await index.search("bat", { limit: 100 });
      expect(prefix.estimatedTotalHits).toBe(45);
      const phrase = await index.search('"batman begins"', { limit: 100 });
      expect(phrase.hits.every(({ title }) => title.startsWith("Batman Begins"))).toBe(true);
      expect(phrase.estimatedTotalHits).toBe(15);
      const both = await index.search("matrix reloaded", { limit: 20 });
      expect(both.hits.slice(0, 15).every(({ title }) => title.startsWith("Matrix Reloaded"))).toBe(true);
      expect(both.hits[15]?.title.startsWith("The Matrix")).toBe(true);
    });

    it("filters, sorts and pages over all nodes", async () => {
      const index = await filled();
      const expected = MOVIES.filter(({ genre }) => genre !== "drama").sort((a, b) => b.year - a.year || a.id - b.id);
      const seen: number[] = [];
      for (let offset = 0; offset < 60; offset += 20) {
        const page = await index.search("", {
          filter: "genre != drama",
          sort: ["year:desc", "id:asc"],
          offset,
          limit: 20,
        });
        expect(page.estimatedTotalHits).toBe(60);
        seen.push(...page.hits.map(({ id }) => id));
      }
      expect(seen).toEqual(expected.map(({ id }) => id));
    });

    it("counts facets over all nodes and shows their bounds", async () => {
      const index = await filled();
      const answer = await index.search("", { facets: ["*"], filter: "year >= 1980", limit: 0 });
      expect(answer.facetDistribution?.["genre"]).toEqual(
        Object.fromEntries(
          GENRES.map((genre) => [genre, count((movie) => movie.genre === genre && movie.year >= 1980)]),
        ),
      );
      expect(answer.facetDistribution?.["tags"]?.["tag1"]).toBe(
        count(({ tags, year }) => tags.includes("tag1") && year >= 1980),
      );
      expect(Object.keys(answer.facetDistribution ?? {})).toEqual(["genre", "tags", "year"]);
      expect(answer.facetStats).toEqual({ year: { min: 1980, max: 2004 } });
    });

    it("cuts and orders facets as the logical settings say", async () => {
      const index = await filled();
      await index.updateFaceting({ maxValuesPerFacet: 3, sortFacetValuesBy: { tags: "count" } }).waitTask();
      const { facetDistribution } = await index.search("", { facets: ["tags", "year"], limit: 0 });
      const counted = Object.entries(facetDistribution?.["tags"] ?? {});
      expect(counted).toHaveLength(3);
      for (const [tag, documents] of counted) expect(documents).toBe(count(({ tags }) => tags.includes(tag)));
      expect(counted.map(([, documents]) => documents)).toEqual([36, 36, 35]);
      expect(Object.keys(facetDistribution?.["year"] ?? {})).toEqual(["1960", "1961", "1962"]);
    });

    it("shows one hit per distinct value, and says that such totals are not exact", async () => {
      const index = await filled();
      const answer = await index.search("", { distinct: "genre", sort: ["id:asc"] });
      expect(answer.hits.map(({ id }) => id)).toEqual([0, 1, 2]);
      expect(metaOf(answer)).toMatchObject({ exact: false });
      await index.updateDistinctAttribute("year").waitTask();
      const years = await index.search("", { limit: 100 });
      expect(years.hits).toHaveLength(45);
      expect(new Set(years.hits.map(({ year }) => year)).size).toBe(45);
    });

    it("counts pages in page mode", async () => {
      const index = await filled();
      const answer = await index.search("", { page: 5, hitsPerPage: 20, sort: ["id:asc"] });
      expect(answer).toMatchObject({ page: 5, hitsPerPage: 20, totalPages: 5, totalHits: 90 });
      expect(answer.hits.map(({ id }) => id)).toEqual([80, 81, 82, 83, 84, 85, 86, 87, 88, 89]);
      const beyond = await index.search("", { page: 9, hitsPerPage: 20 });
      expect(beyond).toMatchObject({ page: 9, totalPages: 5, hits: [] });
      const none = await index.search("", { hitsPerPage: 0 });
      expect(none).toMatchObject({ hitsPerPage: 0, totalPages: 0, hits: [] });
    });

    it("stops at maxTotalHits as one server does", async () => {
      const index = await filled();
      await index.updatePagination({ maxTotalHits: 25 }).waitTask();
      expect((await index.search("", { offset: 20, limit: 20 })).hits).toHaveLength(5);
      expect((await index.search("", { page: 3, hitsPerPage: 10 })).hits).toHaveLength(5);
      expect((await index.search("", { page: 4, hitsPerPage: 10 })).hits).toEqual([]);
    });

    it("highlights, crops and chooses fields", async () => {
      const index = await filled();
      const { hits } = await index.search("batman", {
        attributesToRetrieve: ["id"],
        attributesToHighlight: ["title"],
        attributesToCrop: ["title"],
        cropLength: 1,
        showMatchesPosition: true,
        limit: 3,
      });
      expect(hits).toHaveLength(3);
      for (const hit of hits) {
        expect(Object.keys(hit).sort()).toEqual(["_formatted", "_matchesPosition", "id"]);
        expect(hit._formatted?.title).toBe("<em>Batman</em>…");
        expect(hit._matchesPosition?.title).toEqual([{ start: 0, length: 6 }]);
      }
      const starred = await index.search("batman", { attributesToHighlight: ["*"], limit: 1 });
      expect(Object.keys(starred.hits[0]?._formatted ?? {}).sort()).toEqual(["genre", "id", "tags", "title", "year"]);
    });

    it("shows scores and details only to those who ask", async () => {
      const index = await filled();
      const plain = await index.search("batman begins", { limit: 5 });
      for (const hit of plain.hits) {
        expect(hit).not.toHaveProperty("_rankingScore");
        expect(hit).not.toHaveProperty("_rankingScoreDetails");
      }
      const scored = await index.search("batman begins", { limit: 40, showRankingScore: true });
      const scores = scored.hits.map((hit) => hit._rankingScore ?? -1);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect(scored.hits[0]).not.toHaveProperty("_rankingScoreDetails");
      const detailed = await index.search("batman begins", { limit: 3, showRankingScoreDetails: true });
      expect(Object.keys(detailed.hits[0]?._rankingScoreDetails ?? {})).toContain("words");
    });

    it("does not find a document by its own reserved fields", async () => {
      const index = await filled();
      await index.updateSettings({ searchableAttributes: ["*"] }).waitTask();
      for (const word of ["miroir", "shard", "version", "27", "0"]) {
        const { hits } = await index.search(word, { limit: 100 });
        const shown = hits.filter((hit) => !JSON.stringify(hit).toLowerCase().includes(word));
        expect(shown, word).toEqual([]);
      }
    });

    it("sorts by attributes that are not displayed, and keeps them hidden", async () => {
      const index = await filled();
      await index.updateDisplayedAttributes(["title"]).waitTask();
      const { hits } = await index.search("", {
        sort: ["year:desc", "id:desc"],
        limit: 4,
        showRankingScoreDetails: true,
      });
      const expected = [...MOVIES].sort((a, b) => b.year - a.year || b.id - a.id).slice(0, 4);
      expect(hits.map(({ title }) => title)).toEqual(expected.map(({ title }) => title));
      for (const hit of hits) expect(Object.keys(hit).sort()).toEqual(["_rankingScoreDetails", "title"]);
      expect(JSON.stringify(hits)).not.toContain("2004");
    });

    it("answers a GET search like a POST search", async () => {
      const index = await filled();
      const options = { filter: "genre = action", sort: ["id:asc"], limit: 4, facets: ["genre"] };
      const varying = { processingTimeMs: 0, requestUid: "" };
      const got = await index.searchGet("bat", options);
      const posted = await index.search("bat", options);
      expect({ ...got, ...varying }).toEqual({ ...posted, ...varying });
      expect(got.hits).toHaveLength(4);
    });

    it("refuses what a server refuses, naming only the user's own attributes", async () => {
      const index = await filled();
      const refused = async (options: object) => {
        const error = await index.search("", options).catch((reason) => reason);
        return error.cause;
      };
      expect(await refused({ filter: "title = x" })).toMatchObject({
        code: "invalid_search_filter",
        message: expect.stringContaining("Available filterable attribute patterns are: `genre`, `tags`, `year`."),
      });
      expect(await refused({ sort: ["title:asc"] })).toMatchObject({
        code: "invalid_search_sort",
        message: expect.stringContaining("Available sortable attributes are: `id, year`."),
      });
      expect(await refused({ limit: -1 })).toMatchObject({ code: "invalid_search_limit" });
      expect(await refused({ facets: ["title"] })).toMatchObject({ code: "invalid_search_facets" });
      expect(await refused({ nonsense: 1 })).toMatchObject({ code: "bad_request" });
      expect(await refused({ filter: "genre = " })).toMatchObject({ code: "invalid_search_filter" });
    });

    it("asks nodes for less than they have, and deep pages in two steps, without showing anything else", async () => {
      const { client, directs, connect } = await open({ nodes: 3, replicationFactor: 1 });
      const many = Array.from({ length: 5 }, (_, copy) =>
        MOVIES.map((movie) => ({ ...movie, id: movie.id + 90 * copy })),
      );
      await client
        .index(UID)
        .updateSettings({
          filterableAttributes: ["genre"],
          sortableAttributes: ["year"],
          pagination: { maxTotalHits: 800 },
        })
        .waitTask();
      await client.index(UID).addDocuments(many.flat(), { primaryKey: "id" }).waitTask();
      const views = [client, connect({ adaptiveLimits: false })].map((each) =>
        each.with({ preference: "one" }).index(UID),
      );
      const shown = {
        showRankingScore: true,
        showRankingScoreDetails: true,
        attributesToHighlight: ["title"],
        facets: ["genre"],
      };
      const forms = [{}, { sort: ["year:desc"] }, { filter: "genre = drama" }, { matchingStrategy: "all" as const }];
      const windows = [
        { limit: 20 },
        { page: 2, hitsPerPage: 7 },
        { offset: 120, limit: 10 },
        { page: 12, hitsPerPage: 11 },
      ];
      const [beginning, list] = [7, 60].map((limit) => ({ q: "bat returns", ...shown, limit }));
      const parsed: [limited: number, whole: number] = [0, 0];
      for (const form of forms) {
        const [few, more] = await Promise.all(
          [beginning, list].map((each) => directs[0]?.index(UID).search(null, { ...each, ...form })),
        );
        expect(few?.hits).toEqual(more?.hits.slice(0, 7));
        expect(few?.estimatedTotalHits).toBe(more?.estimatedTotalHits);
        for (const window of windows) {
          const answers = await Promise.all(
            views.map((index) => index.search("bat returns", { ...shown, ...form, ...window })),
          );
          const [limited, whole] = answers.map((answer) => ({ ...answer, processingTimeMs: 0, requestUid: "" }));
          expect(limited).toEqual(whole);
          const hits = answers.map((answer) => metaOf(answer)?.search?.hitsParsed ?? 0);
          parsed[0] += hits[0] ?? 0;
          parsed[1] += hits[1] ?? 0;
          const isDeep = "offset" in window || window.page === 12;
          if (isDeep) expect(metaOf(answers[0])?.search?.twoStep).toBe("used");
        }
      }
      expect(parsed[0]).toBeLessThan(parsed[1]);
    });

    it("finds nothing in an empty index", async () => {
      const { client } = await open();
      await client.createIndex(UID, { primaryKey: "id" }).waitTask();
      expect(await client.index(UID).search("x", { facets: [] })).toMatchObject({ hits: [], estimatedTotalHits: 0 });
      expect((await client.index(UID).getDocuments()).results).toEqual([]);
    });
  });
}
