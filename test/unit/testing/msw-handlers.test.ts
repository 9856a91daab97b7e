import { Meilisearch, MeilisearchApiError } from "meilisearch";
import { setupServer } from "msw/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createEmbeddedNode,
  type EmbeddedNode,
  loadFixtures,
  meilisearchHandlers,
} from "../../../src/testing/index.ts";

const HOST = "https://search.example.com/meili";

describe("meilisearchHandlers", () => {
  const server = setupServer();
  let node: EmbeddedNode;

  beforeEach(async () => {
    node = await createEmbeddedNode({ masterKey: "key" });
    server.listen({ onUnhandledRequest: "error" });
  });

  afterEach(async () => {
    server.close();
    await node.close();
  });

  it("answers the official client at the address it is configured with, path included", async () => {
    server.use(...(await meilisearchHandlers(node, { host: `${HOST}/` })));
    const books = new Meilisearch({ host: HOST, apiKey: "key" }).index("books");
    await books.addDocuments([{ id: "a_1", title: "Les années" }, { id: 2 }]).waitTask();
    await books.deleteDocument(2).waitTask();
    expect((await books.search("annees")).hits).toEqual([{ id: "a_1", title: "Les années" }]);
    expect(await books.getDocument("a_1", { fields: ["title"] })).toEqual({ title: "Les années" });
    expect((await books.getDocuments({ limit: 1 })).total).toBe(1);
  });

  it("answers at the server's usual address unless told otherwise", async () => {
    await loadFixtures(node, { books: { documents: [{ id: 1 }] } });
    server.use(...(await meilisearchHandlers(node)));
    expect(await fetch("http://localhost:7700").then((response) => response.status)).toBe(200);
    const client = new Meilisearch({ host: "http://localhost:7700", apiKey: "key" });
    expect((await client.index("books").getDocuments()).results).toEqual([{ id: 1 }]);
  });

  it("passes the node's refusals on as the client's own errors", async () => {
    server.use(...(await meilisearchHandlers(node, { host: HOST })));
    const refusal = new Meilisearch({ host: HOST, apiKey: "wrong" }).index("books").search("x");
    await expect(refusal).rejects.toBeInstanceOf(MeilisearchApiError);
    await expect(refusal).rejects.toMatchObject({ cause: { code: "invalid_api_key" }, response: { status: 403 } });
  });

  it("answers empty bodies with their status", async () => {
    server.use(...(await meilisearchHandlers(node, { host: HOST })));
    const client = new Meilisearch({ host: HOST, apiKey: "key" });
    const key = await client.createKey({ actions: ["search"], indexes: ["*"], expiresAt: null });
    await client.deleteKey(key.uid);
    await expect(client.getKey(key.uid)).rejects.toMatchObject({ cause: { code: "api_key_not_found" } });
  });
});
