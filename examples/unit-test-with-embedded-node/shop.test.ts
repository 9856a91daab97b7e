import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmbeddedNode, loadFixtures, meilisearchHandlers } from "../../src/testing/index.ts";
import { searchTheShop } from "./shop.ts";

const node = await createEmbeddedNode({ masterKey: "test key" });
const network = setupServer(...(await meilisearchHandlers(node, { host: "https://search.example.com" })));

beforeAll(() => network.listen({ onUnhandledRequest: "error" }));

afterAll(async () => {
  network.close();
  await node.close();
});

test("searches at the address that is built in", async () => {
  const documents = [{ id: 1, title: "Orlando", author: "Virginia Woolf", stock: 2 }];
  await loadFixtures(node, { books: { settings: { filterableAttributes: ["stock"] }, documents } });
  expect(await searchTheShop("orlando")).toEqual({ titles: ["Orlando"] });
});
