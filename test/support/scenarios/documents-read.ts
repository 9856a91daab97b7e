import { describe, expect, it } from "vitest";
import type { Environment } from "../environment.ts";

const UID = "scenario_movies";

interface Movie {
  readonly id: number;
  readonly title: string;
  readonly year: number;
  readonly genres: readonly string[];
}

const MOVIES: readonly Movie[] = Array.from({ length: 90 }, (_, id) => ({
  id,
  title: `Movie ${String(id).padStart(2, "0")}`,
  year: 1950 + ((id * 7) % 60),
  genres: id % 3 === 0 ? ["drama", "comedy"] : ["horror"],
}));

/** Reading single documents and lists. */
export function documentsReadScenarios({ name, open }: Environment): void {
  const filled = async (shape: Parameters<typeof open>[0] = {}) => {
    const cluster = await open(shape);
    const index = cluster.client.index<Movie>(UID);
    await index
      .updateSettings({ filterableAttributes: ["genres", "year"], sortableAttributes: ["year", "id"] })
      .waitTask();
    await index.addDocuments([...MOVIES], { primaryKey: "id" }).waitTask();
    return index;
  };

  describe(`reading documents over ${name}`, () => {
    it("reads one document, whole or in part", async () => {
      const index = await filled();
      expect(await index.getDocument(17)).toEqual(MOVIES[17]);
      expect(await index.getDocument("17", { fields: ["title", "year"] })).toEqual({
        title: MOVIES[17]?.title,
        year: MOVIES[17]?.year,
      });
    });

    it("says that a document is missing in the server's words", async () => {
      const index = await filled();
      await expect(index.getDocument(1234)).rejects.toMatchObject({
        cause: { code: "document_not_found", message: "Document `1234` not found." },
        response: { status: 404 },
      });
    });

    it.each([{ replicationFactor: 1 }, { replicationFactor: 2 }, { nodes: 2, groups: 2, replicationFactor: 1 }])(
      "pages over all documents without gaps and repetitions with $replicationFactor replicas",
      async (shape) => {
        const index = await filled(shape);
        const ids: number[] = [];
        for (let offset = 0; offset < 100; offset += 25) {
          const page = await index.getDocuments({ offset, limit: 25 });
          expect(page).toMatchObject({ offset, limit: 25, total: 90 });
          ids.push(...page.results.map(({ id }) => id));
        }
        expect(ids.sort((a, b) => a - b)).toEqual(MOVIES.map(({ id }) => id));
      },
    );

    it("shows no documents but their number when the limit is 0", async () => {
      const index = await filled();
      expect(await index.getDocuments({ limit: 0 })).toEqual({ results: [], offset: 0, limit: 0, total: 90 });
    });

    it("filters, and shows the chosen fields", async () => {
      const index = await filled();
      const page = await index.getDocuments({ filter: "genres = drama AND year > 1990", fields: ["id"], limit: 100 });
      const expected = MOVIES.filter(({ genres, year }) => genres.includes("drama") && year > 1990);
      expect(expected.length).toBeGreaterThan(3);
      expect(page.total).toBe(expected.length);
      expect(page.results.sort((a, b) => a.id - b.id)).toEqual(expected.map(({ id }) => ({ id })));
    });

    it("takes filters given as lists", async () => {
      const index = await filled();
      const page = await index.getDocuments({
        filter: [["year = 1950", "year = 1951"], "genres = horror"],
        limit: 100,
      });
      const expected = MOVIES.filter(({ genres, year }) => year <= 1951 && genres.includes("horror"));
      expect(expected.length).toBeGreaterThan(0);
      expect(page.results.map(({ id }) => id).sort((a, b) => a - b)).toEqual(expected.map(({ id }) => id));
    });

    it("sorts over all nodes, page by page", async () => {
      const index = await filled();
      const expected = [...MOVIES].sort((a, b) => b.year - a.year || a.id - b.id);
      for (const offset of [0, 30, 80]) {
        const page = await index.getDocuments({ sort: ["year:desc", "id:asc"], offset, limit: 30 });
        expect(page).toEqual({ results: expected.slice(offset, offset + 30), offset, limit: 30, total: 90 });
      }
    });

    it("sorts what a filter leaves", async () => {
      const index = await filled();
      const page = await index.getDocuments({ sort: ["id:desc"], filter: "genres = comedy", limit: 5, fields: ["id"] });
      expect(page).toEqual({ results: [87, 84, 81, 78, 75].map((id) => ({ id })), offset: 0, limit: 5, total: 30 });
    });

    it("fetches documents by their ids", async () => {
      const index = await filled();
      const page = await index.getDocuments({ ids: [3, 77, 4000, 12] as never });
      expect(page.total).toBe(3);
      expect(page.results.map(({ id }) => id).sort((a, b) => a - b)).toEqual([3, 12, 77]);
    });

    it("refuses what a server refuses, in its words", async () => {
      const index = await filled();
      await expect(index.getDocuments({ filter: "title = x" })).rejects.toMatchObject({
        cause: {
          code: "invalid_document_filter",
          message: expect.stringContaining("Available filterable attribute patterns are: `genres`, `year`."),
        },
      });
      await expect(index.getDocuments({ limit: -1 })).rejects.toMatchObject({
        cause: { code: "invalid_document_limit" },
      });
      await expect(index.getDocuments({ sort: ["title:asc"] })).rejects.toMatchObject({
        cause: { code: "invalid_document_sort" },
      });
    });
  });
}
