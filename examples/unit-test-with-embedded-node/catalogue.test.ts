import { Meilisearch } from "meilisearch";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createEmbeddedNode, type EmbeddedNode, loadFixtures } from "../../src/testing/index.ts";
import { findBooks } from "./catalogue.ts";

const books = {
  primaryKey: "id",
  settings: { filterableAttributes: ["stock"], searchableAttributes: ["title", "author"] },
  documents: [
    { id: 1, title: "To the Lighthouse", author: "Virginia Woolf", stock: 4 },
    { id: 2, title: "Flush", author: "Virginia Woolf", stock: 0 },
    { id: 3, title: "The Wolves of Willoughby Chase", author: "Joan Aiken", stock: 1 },
  ],
};

let node: EmbeddedNode;
let client: Meilisearch;

beforeAll(async () => {
  node = await createEmbeddedNode({ masterKey: "test key" });
  client = new Meilisearch({ host: node.url, apiKey: "test key" });
});

afterAll(() => node.close());

beforeEach(() => loadFixtures(node, { books }));

afterEach(() => node.faults.clear());

test("finds books in spite of a typo", async () => {
  expect(await findBooks(client, "lighthuose")).toEqual({ titles: ["To the Lighthouse"] });
});

test("leaves out what is sold", async () => {
  expect((await findBooks(client, "virginia")).titles).toEqual(["To the Lighthouse"]);
  await client
    .index("books")
    .updateDocuments([{ id: 1, stock: 0 }])
    .waitTask();
  expect((await findBooks(client, "virginia")).titles).toEqual([]);
});

test.each([
  ["is overloaded", { status: 503, retryAfter: 10 }],
  ["closes the connection", { refuse: true }],
])("says that search is away when the server %s", async (_what, fault) => {
  node.faults.set(fault);
  expect(await findBooks(client, "woolf")).toEqual({ titles: [], notice: expect.stringContaining("taking a break") });
});
