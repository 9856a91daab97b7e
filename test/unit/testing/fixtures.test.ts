import { Meilisearch } from "meilisearch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmbeddedNode, type EmbeddedNode, loadFixtures } from "../../../src/testing/index.ts";

const BOOKS = {
  books: {
    primaryKey: "isbn",
    settings: { filterableAttributes: ["year"], stopWords: ["the"] },
    documents: [
      { isbn: "a-1", title: "The Waves", year: 1931 },
      { isbn: "a-2", title: "Orlando", year: 1928 },
    ],
  },
};

describe("loadFixtures", () => {
  let node: EmbeddedNode;
  let client: Meilisearch;

  beforeEach(async () => {
    node = await createEmbeddedNode({ masterKey: "key", taskDelayMs: 5 });
    client = new Meilisearch({ host: node.url, apiKey: "key" });
  });

  afterEach(() => node.close());

  it("returns when indexes, settings and documents are there", async () => {
    await loadFixtures(node, { ...BOOKS, authors: {} });
    const found = await client.index("books").search("", { filter: "year < 1930" });
    expect(found.hits).toEqual([{ isbn: "a-2", title: "Orlando", year: 1928 }]);
    expect(await client.index("books").getStopWords()).toEqual(["the"]);
    expect((await client.index("books").getRawInfo()).primaryKey).toBe("isbn");
    expect((await client.getIndexes()).results.map(({ uid }) => uid)).toEqual(["authors", "books"]);
    expect((await client.tasks.getTasks({ statuses: ["enqueued", "processing"] })).total).toBe(0);
  });

  it("makes an index anew, and leaves others alone", async () => {
    await loadFixtures(node, BOOKS);
    await loadFixtures(node, { books: { documents: [{ id: 1 }] }, authors: { primaryKey: "name" } });
    await loadFixtures(node, { authors: { documents: [{ id: 7 }] } });
    expect((await client.index("books").getDocuments()).results).toEqual([{ id: 1 }]);
    expect(await client.index("books").getStopWords()).toEqual([]);
    expect((await client.index("authors").getRawInfo()).primaryKey).toBe("id");
  });

  it("says in the node's words which index was refused, and which could not be loaded", async () => {
    await expect(loadFixtures(node, { "no spaces": {} })).rejects.toThrow(
      /index `no spaces` was refused \(400\): .*not a valid index uid/,
    );
    await expect(loadFixtures(node, { books: { primaryKey: "isbn", documents: [{ id: 1 }] } })).rejects.toThrow(
      /index `books` could not be loaded: .*isbn/,
    );
  });

  it("gives up when its signal aborts", async () => {
    const reason = new Error("enough");
    await expect(loadFixtures(node, BOOKS, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
