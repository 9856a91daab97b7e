import type { DocumentQuery, DocumentsQuery } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { metaOf } from "../../../src/index.ts";
import type { Environment } from "../environment.ts";

const UID = "scenario_vectors";

interface Place {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly _vectors: { readonly mini: readonly number[] | null };
}

const KINDS = ["harbour", "tower", "garden"];

/** Directions that turn with the number; every ninth place has none. */
const PLACES: readonly Place[] = Array.from({ length: 60 }, (_, id) => ({
  id,
  name: `${id % 2 === 0 ? "Old" : "New"} ${KINDS[id % KINDS.length]} ${id}`,
  kind: KINDS[id % KINDS.length] ?? "",
  _vectors: { mini: id % 9 === 8 ? null : [Math.cos(id / 10), Math.sin(id / 10), 0.2] },
}));

/** Numbers of the places whose vectors are most like that of a turn. */
function nearest(turn: number, passes: (place: Place) => boolean = () => true): number[] {
  const distance = ({ id }: Place) => Math.abs(Math.sin((id / 10 - turn) / 2));
  const found = PLACES.filter((place) => place._vectors.mini !== null && passes(place));
  return found.sort((left, right) => distance(left) - distance(right)).map(({ id }) => id);
}

const EMBEDDER = "mini";

/** Searching by vector, by words and vector, similar documents and facet values. */
export function vectorScenarios({ name, open }: Environment): void {
  const filled = async () => {
    const { client } = await open();
    const index = client.index<Place>(UID);
    await index
      .updateSettings({
        filterableAttributes: ["kind", "id"],
        searchableAttributes: ["name"],
        embedders: { mini: { source: "userProvided", dimensions: 3 } },
      })
      .waitTask();
    await index.addDocuments([...PLACES], { primaryKey: "id" }).waitTask();
    return { client, index };
  };
  const hybrid = (semanticRatio: number) => ({ embedder: EMBEDDER, semanticRatio });
  const vector = [Math.cos(2.04), Math.sin(2.04), 0.2];

  describe(`searching by vector over ${name}`, () => {
    it("lists the nearest documents of all nodes, and those without a vector last", async () => {
      const { index } = await filled();
      const answer = await index.search("", { vector, hybrid: hybrid(1), limit: 60 });
      expect(answer.hits.slice(0, 54).map(({ id }) => id)).toEqual(nearest(2.04));
      expect(answer.hits.slice(54).every(({ id }) => id % 9 === 8)).toBe(true);
      expect(answer).toMatchObject({ estimatedTotalHits: 60, semanticHitCount: 60 });
      expect(metaOf(answer)).toMatchObject({ exact: true, degraded: false });
      const page = await index.searchGet("", {
        ...{
          vector,
          hybridEmbedder: EMBEDDER,
          hybridSemanticRatio: 1,
          filter: "kind = tower",
          page: 2,
          hitsPerPage: 5,
        },
      });
      expect(page.hits.map(({ id }) => id)).toEqual(nearest(2.04, ({ kind }) => kind === "tower").slice(5, 10));
      expect(page).toMatchObject({ totalHits: 20, totalPages: 4, semanticHitCount: 5 });
    });

    it("weaves hits by words and hits by vector, whichever node has them", async () => {
      const { index } = await filled();
      const show = { showRankingScore: true, limit: 25 } as const;
      const [words, semantic, both] = await Promise.all([
        index.search("harbour", { ...show, limit: 60 }),
        index.search("", { ...show, vector, hybrid: hybrid(1), limit: 60 }),
        index.search("harbour", { ...show, vector, hybrid: hybrid(0.5) }),
      ]);
      const scores = new Map([...words.hits, ...semantic.hits].map(({ id, _rankingScore = 0 }) => [id, _rankingScore]));
      for (const { id, _rankingScore = 0 } of words.hits) scores.set(id, Math.max(scores.get(id) ?? 0, _rankingScore));
      const best = [...scores.values()].sort((left, right) => right - left).slice(0, 25);
      expect(both.hits.map(({ _rankingScore }) => _rankingScore)).toEqual(best);
      const byVector = best.filter((score) => !words.hits.some(({ _rankingScore }) => _rankingScore === score));
      expect(both).toMatchObject({ estimatedTotalHits: 60, semanticHitCount: byVector.length });
      expect(byVector.length).toBeGreaterThan(0);
      expect(byVector.length).toBeLessThan(25);
      expect(metaOf(both)?.reasons).toEqual([expect.stringContaining("fractions of each node's own")]);
    });

    it("shows what no attribute that is searched on has by its vector, or at the end without one", async () => {
      const { index } = await filled();
      await index.updateSearchableAttributes(["name", "kind"]).waitTask();
      const shown = { attributesToSearchOn: ["kind"], attributesToHighlight: ["name"], showRankingScore: true };
      const answer = await index.search("Old", { ...shown, vector, hybrid: hybrid(0.5), limit: 60 });
      expect(answer.hits.slice(0, 54).map(({ id }) => id)).toEqual(nearest(2.04));
      expect(answer.hits.slice(54).map(({ id }) => id % 9)).toEqual(Array(6).fill(8));
      expect(answer.hits.filter(({ _formatted }) => _formatted?.name?.includes("<em>Old</em>"))).toHaveLength(30);
    });

    it("leaves the vector out where the words alone are good enough on all nodes together", async () => {
      const { index } = await filled();
      const answer = await index.search("harbour", { vector, hybrid: hybrid(0.1), limit: 10 });
      expect(answer).toMatchObject({ semanticHitCount: 0, estimatedTotalHits: 20 });
      expect(metaOf(answer)?.exact).toBe(true);
      const more = await index.search("harbour", { vector, hybrid: hybrid(0.1), limit: 25 });
      expect(more).toMatchObject({ estimatedTotalHits: 60, semanticHitCount: 5 });
    });

    it("answers by words alone where the query cannot be embedded, and refuses where it must be", async () => {
      const { index } = await filled();
      const answer = await index.search("harbour", { hybrid: hybrid(0.5) });
      expect(answer).toMatchObject({ semanticHitCount: 0, estimatedTotalHits: 20 });
      const cause = { code: "vector_embedding_error", message: expect.stringContaining("must be user provided") };
      await expect(index.search("harbour", { hybrid: hybrid(1) })).rejects.toMatchObject({ cause });
    });

    it("refuses in the server's words", async () => {
      const { index } = await filled();
      const refused = (options: object) =>
        index.search("x", options).then(
          () => "served",
          (error: { cause: { code: string } }) => error.cause.code,
        );
      expect(await refused({ vector, hybrid: { embedder: "none" } })).toBe("invalid_search_embedder");
      expect(await refused({ vector: [1], hybrid: hybrid(0.5) })).toBe("invalid_vector_dimensions");
      expect(await refused({ vector })).toBe("missing_search_hybrid");
      expect(await refused({ vector, hybrid: hybrid(2) })).toBe("invalid_search_semantic_ratio");
      expect(await refused({ vector, hybrid: hybrid(0.5), filter: "name = x" })).toBe("invalid_search_filter");
    });

    it("shows vectors as they were given, in searches and documents", async () => {
      const { index } = await filled();
      const wanted = { mini: { embeddings: [[1, 0, expect.closeTo(0.2)]], regenerate: false } };
      const answer = await index.search("", { vector, hybrid: hybrid(1), filter: "id = 0", retrieveVectors: true });
      expect(answer.hits[0]?._vectors).toEqual(wanted);
      expect(answer.queryVector).toEqual(vector.map((value) => expect.closeTo(value)));
      const document = await index.getDocument(0, { retrieveVectors: true } as DocumentQuery<Place>);
      expect(document._vectors).toEqual(wanted);
      for (const options of [{}, { filter: "id IN [0, 8]" }]) {
        const { results } = await index.getDocuments({
          retrieveVectors: true,
          limit: 60,
          ...options,
        } as DocumentsQuery<Place>);
        expect(results.find(({ id }) => id === 0)?._vectors).toEqual(wanted);
        expect(results.find(({ id }) => id === 8)?._vectors).toEqual({ mini: { embeddings: [], regenerate: false } });
      }
      expect((await index.getDocument(0))._vectors).toBeUndefined();
    });
  });

  describe(`searching by vector in a multi-search over ${name}`, () => {
    const queries = [
      { indexUid: UID, q: "tower", limit: 3 },
      { indexUid: UID, q: "harbour", vector, hybrid: hybrid(0.5), limit: 25, showRankingScore: true },
      { indexUid: UID, vector, hybrid: hybrid(1), limit: 4, retrieveVectors: true, facets: ["kind"] },
      { indexUid: UID, q: "harbour", vector, hybrid: hybrid(0.1), limit: 10 },
      { indexUid: UID, q: "harbour", hybrid: hybrid(0.5), page: 2, hitsPerPage: 5 },
    ];

    it("answers each query as a search of its own", async () => {
      const { client, index } = await filled();
      const { results } = await client.multiSearch({ queries });
      for (const [at, { indexUid, q = null, ...query }] of queries.entries()) {
        const {
          processingTimeMs: _,
          requestUid: __,
          ...alone
        } = (await index.search(q, query)) as unknown as JsonObject;
        const { processingTimeMs: ___, requestUid: ____, ...own } = results[at] as unknown as JsonObject;
        const { hits, ...rest } = own;
        expect(rest).toEqual({ indexUid, ...alone, hits: undefined });
        const scores = (list: unknown) => (list as JsonObject[]).map(({ _rankingScore: score = null }) => score);
        expect(scores(hits)).toEqual(scores(alone["hits"]));
      }
      expect(results.map((result) => (result as unknown as JsonObject)["semanticHitCount"])).toEqual([
        ...[undefined, expect.any(Number), 4, 0, 0],
      ]);
    });

    it("refuses the first query that fails, in the server's words", async () => {
      const { client } = await filled();
      const refused = (failing: object, federation?: object) => {
        const request = {
          queries: [
            { indexUid: UID, q: "x" },
            { indexUid: UID, ...failing },
          ],
          federation,
        };
        return client.multiSearch(request as never).then(
          () => "served",
          ({ cause }: { cause: { code: string; message: string } }) => `${cause.code} ${cause.message.slice(0, 20)}`,
        );
      };
      const second = "Inside `.queries[1]`";
      for (const federation of [undefined, {}]) {
        expect(await refused({ q: "x", hybrid: hybrid(1) }, federation)).toBe(`vector_embedding_error ${second}`);
        expect(await refused({ vector }, federation)).toBe(`missing_search_hybrid ${second}`);
        const short = { vector: [1], hybrid: hybrid(0.5) };
        expect(await refused(short, federation)).toBe(`invalid_vector_dimensions ${second}`);
        const unknown = { q: "x", vector, hybrid: { embedder: EMBEDDER, ratio: 1 } };
        expect(await refused(unknown, federation)).toBe("invalid_search_hybrid_query Unknown field `ratio");
      }
    });

    it("makes one list of hits by words, by vector and by both", async () => {
      const { client } = await filled();
      const federated = queries.slice(0, 4).map(({ limit: _, facets: __, ...query }) => query);
      const federation = { limit: 30, facetsByIndex: { [UID]: ["kind"] } };
      const answer = await client.multiSearch({ queries: federated, federation });
      const all = await Promise.all(
        federated.map(async (query) => {
          const [{ hits } = expect.fail("no answer")] = (
            await client.multiSearch({ queries: [{ ...query, showRankingScore: true, limit: 30 }] })
          ).results;
          return hits.map(({ id, _rankingScore = 0 }) => [id, _rankingScore] as const);
        }),
      );
      const best = new Map<unknown, number>();
      for (const [id, score] of all.flat()) best.set(id, Math.max(best.get(id) ?? 0, score));
      const scores = answer.hits.map((hit) => hit._federation?.["weightedRankingScore"]);
      expect(scores).toEqual([...best.values()].sort((left, right) => right - left).slice(0, 30));
      expect(new Set(answer.hits.map(({ id }) => id)).size).toBe(30);
      const counts = Object.fromEntries(KINDS.toSorted().map((kind) => [kind, 20]));
      expect(answer).toMatchObject({
        estimatedTotalHits: 60,
        facetsByIndex: { [UID]: { distribution: { kind: counts } } },
      });
      const body = answer as unknown as JsonObject;
      expect(body["queryVectors"]).toEqual({ 2: vector.map((value) => expect.closeTo(value)) });
      expect(body["semanticHitCount"]).toBeGreaterThan(0);
      expect(Object.keys(body)).toEqual([
        ...["hits", "queryVectors", "processingTimeMs", "limit", "offset", "estimatedTotalHits"],
        ...["facetsByIndex", "requestUid", "semanticHitCount"],
      ]);
      const vectors = answer.hits.filter(({ _vectors }) => _vectors !== undefined);
      expect(vectors.every((hit) => hit._federation?.["queriesPosition"] === 2)).toBe(true);
    });

    it("counts what words alone find when they are good enough, page by page", async () => {
      const { client } = await filled();
      const query = { indexUid: UID, q: "harbour", vector, hybrid: hybrid(0.1) };
      const few = await client.multiSearch({ queries: [query, query], federation: { page: 2, hitsPerPage: 5 } });
      expect(few).toMatchObject({ totalHits: 20, totalPages: 4, semanticHitCount: 0 });
      const many = await client.multiSearch({ queries: [query, query], federation: { page: 2, hitsPerPage: 20 } });
      expect(many).toMatchObject({ totalHits: 60, totalPages: 3, semanticHitCount: 20 });
      const words = { indexUid: UID, q: "harbour", hybrid: hybrid(0.5) };
      const unembedded = await client.multiSearch({ queries: [words, words], federation: {} });
      expect(unembedded).toMatchObject({ estimatedTotalHits: 20, semanticHitCount: 0 });
    });
  });

  describe(`similar documents over ${name}`, () => {
    it("finds the neighbours of a document on all nodes, without itself", async () => {
      const { index } = await filled();
      for (const id of [0, 20, 57]) {
        const request = { id, embedder: EMBEDDER, showRankingScore: true };
        const answer = await index.searchSimilarDocuments({ ...request, limit: 60 });
        const others = nearest(id / 10).filter((other) => other !== id);
        expect(answer.hits.map((hit) => hit.id).sort()).toEqual(others.sort());
        const page = await index.searchSimilarDocuments({ ...request, limit: 4, offset: 3 });
        const score = (hit: { readonly _rankingScore?: number }) => hit._rankingScore;
        expect(page.hits.map(score)).toEqual(answer.hits.slice(3, 7).map(score)); // two are equally near
        expect(answer).toMatchObject({ id: String(id), estimatedTotalHits: 59, limit: 60, offset: 0 });
        expect(metaOf(answer)).toMatchObject({ exact: true, degraded: false });
      }
    });

    it("filters, cuts at a threshold and counts as one server does", async () => {
      const { index } = await filled();
      const request = { id: 20, embedder: EMBEDDER, filter: "kind = garden", showRankingScore: true };
      const all = await index.searchSimilarDocuments(request);
      expect(all.hits.length).toBe(13);
      expect(all.estimatedTotalHits).toBe(19);
      expect(all.hits.every(({ kind }) => kind === "garden")).toBe(true);
      const good = await index.searchSimilarDocuments({ ...request, rankingScoreThreshold: 0.9 });
      const above = all.hits.filter(({ _rankingScore = 0 }) => _rankingScore >= 0.9);
      expect(good.hits).toEqual(above);
      expect(good.estimatedTotalHits).toBe(above.length);
    });

    it("knows no neighbours of a document without a vector, and refuses in the server's words", async () => {
      const { index } = await filled();
      const none = await index.searchSimilarDocuments({ id: 8, embedder: EMBEDDER });
      expect(none).toMatchObject({ hits: [], estimatedTotalHits: 59 });
      const cause = (code: string) => ({ cause: { code } });
      const ask = (request: object) => index.searchSimilarDocuments({ id: 0, embedder: EMBEDDER, ...request });
      await expect(ask({ id: 4711 })).rejects.toMatchObject({
        cause: { code: "not_found_similar_id", message: "Document `4711` not found." },
      });
      await expect(ask({ embedder: "none" })).rejects.toMatchObject(cause("invalid_similar_embedder"));
      await expect(ask({ id: "a b" })).rejects.toMatchObject(cause("invalid_similar_id"));
      await expect(ask({ filter: "name = x" })).rejects.toMatchObject({
        cause: { code: "invalid_similar_filter", message: expect.not.stringContaining("_miroir_") },
      });
      await expect(ask({ rankingScoreThreshold: 7 })).rejects.toMatchObject(
        cause("invalid_similar_ranking_score_threshold"),
      );
    });
  });

  describe(`facet search over ${name}`, () => {
    it("counts the values of all nodes", async () => {
      const { index } = await filled();
      const answer = await index.searchForFacetValues({ facetName: "kind", facetQuery: "t", filter: "id < 30" });
      expect(answer).toMatchObject({ facetHits: [{ value: "tower", count: 10 }], facetQuery: "t" });
      const found = await index.searchForFacetValues({ facetName: "kind", q: "old" });
      expect(found.facetHits).toEqual(KINDS.toSorted().map((value) => ({ value, count: 10 })));
      expect(metaOf(found)?.exact).toBe(true);
      await expect(index.searchForFacetValues({ facetName: "name" })).rejects.toMatchObject({
        cause: { code: "invalid_facet_search_facet_name", message: expect.not.stringContaining("_miroir_") },
      });
    });
  });
}
