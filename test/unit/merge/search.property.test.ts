import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeSearch } from "../../../src/merge/search.ts";
import { planSearch } from "../../../src/merge/shard-request.ts";
import { corpus, countBy, firstOfEachGenre, inNodeOrder, partsOf, shownOf, VIEW } from "./ranked-corpus.ts";

const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2 ** 31);
const run = { seed, numRuns: 300, verbose: 1 } as const;
const size = fc.integer({ min: 0, max: 25 });

describe(`a merged search against the unsplit corpus (FC_SEED=${seed})`, () => {
  it("holds the same hits in the same order, for every window", () => {
    fc.assert(
      fc.property(corpus, size, size, (documents, offset, limit) => {
        const request = { q: "q", sort: ["price:asc"], offset, limit };
        const { plan, body } = planSearch(request, VIEW);
        const merged = mergeSearch({ request, plan, view: VIEW, parts: partsOf(documents, Number(body["limit"])) });
        expect(merged.body["hits"]).toEqual(
          inNodeOrder(documents)
            .slice(offset, offset + limit)
            .map(shownOf),
        );
        expect(merged.body).toMatchObject({ offset, limit, estimatedTotalHits: documents.length });
        expect(merged.exactness).toMatchObject({ order: "exact", totals: "exact", facets: "exact" });
      }),
      run,
    );
  });

  it("pages without gap or repetition", () => {
    fc.assert(
      fc.property(corpus, fc.integer({ min: 1, max: 7 }), (documents, hitsPerPage) => {
        const pages = Math.ceil(documents.length / hitsPerPage);
        const seen = Array.from({ length: pages }, (_, index) => {
          const request = { q: "q", sort: ["price:asc"], page: index + 1, hitsPerPage };
          const { plan, body } = planSearch(request, VIEW);
          const parts = partsOf(documents, Number(body["hitsPerPage"]));
          const merged = mergeSearch({ request, plan, view: VIEW, parts }).body;
          expect(merged).toMatchObject({
            page: index + 1,
            hitsPerPage,
            totalPages: pages,
            totalHits: documents.length,
          });
          return merged["hits"];
        });
        expect(seen.flat()).toEqual(inNodeOrder(documents).map(shownOf));
      }),
      run,
    );
  });

  it("keeps the best hit of each distinct value", () => {
    fc.assert(
      fc.property(corpus, size, size, (documents, offset, limit) => {
        const request = { q: "q", sort: ["price:asc"], distinct: "genre", offset, limit };
        const { plan, body } = planSearch(request, VIEW);
        const parts = partsOf(documents, Number(body["limit"]), true);
        const merged = mergeSearch({ request, plan, view: VIEW, parts });
        const expected = firstOfEachGenre(inNodeOrder(documents)).slice(offset, offset + limit);
        expect(merged.body["hits"]).toEqual(expected.map(shownOf));
        expect(merged.exactness).toMatchObject({ order: "exact", totals: "approximate" });
      }),
      run,
    );
  });

  it("counts every facet value once for each document, whatever its case", () => {
    fc.assert(
      fc.property(corpus, (documents) => {
        const request = { q: "q", facets: ["genre"] };
        const { plan } = planSearch(request, VIEW);
        const { body } = mergeSearch({ request, plan, view: VIEW, parts: partsOf(documents, 20) });
        const merged = body["facetDistribution"] as { genre: Record<string, number> };
        const normalised = Object.entries(merged.genre).map(([genre, count]) => [genre.trim().toLowerCase(), count]);
        const expected = countBy(documents.map(({ genre }) => genre.trim().toLowerCase()));
        expect(Object.keys(merged)).toEqual(["genre"]);
        expect(normalised).toEqual(Object.entries(expected).sort(([a], [b]) => (a < b ? -1 : 1)));
      }),
      run,
    );
  });

  it("does not depend on the order in which parts arrive", () => {
    fc.assert(
      fc.property(corpus, fc.integer({ min: 0, max: 3 }), (documents, rotation) => {
        const request = { q: "q", sort: ["price:asc"], facets: ["genre"] };
        const { plan } = planSearch(request, VIEW);
        const parts = partsOf(documents, 20);
        const rotated = [...parts.slice(rotation), ...parts.slice(0, rotation)];
        const merge = (each: typeof parts) => mergeSearch({ request, plan, view: VIEW, parts: each }).body;
        expect(merge(rotated)).toEqual(merge(parts));
      }),
      run,
    );
  });
});
