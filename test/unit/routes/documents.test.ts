import { describe, expect, it } from "vitest";
import type { ClusterRequest, JsonObject } from "../../../src/core/types.ts";
import type { CallOptions } from "../../../src/routes/cluster.ts";
import { dispatch } from "../../../src/routes/registry.ts";
import { idHash } from "../../../src/routing/shard.ts";
import type { NodeRequest } from "../../../src/transport/transport.ts";
import {
  enqueueing,
  isStateRequest,
  type MemoryCluster,
  type MemoryClusterShape,
  memoryCluster,
  rowOf,
} from "../../support/memory-cluster.ts";
import { answer, failure, refusal, type Script } from "../../support/memory-transport.ts";

const MOVIES = "indexes/movies";

async function start(script: Script, shape: MemoryClusterShape = { table: [["a", "b"]] }) {
  const memory = await memoryCluster(script, shape);
  memory.cluster.registry.load([
    { id: "index_movies", kind: "index", value: JSON.parse(JSON.stringify(rowOf("movies"))) },
  ]);
  const ask = (request: Partial<ClusterRequest> & { path: string }, call: CallOptions = {}) =>
    dispatch(
      { method: "GET", params: {}, headers: {}, ...request },
      { call, cluster: async () => memory.cluster, configured: async () => memory.cluster },
    );
  return { ...memory, ask };
}

/** Records that a replica missed a write of a document. */
function owe({ cluster }: MemoryCluster, node: string, id: string): void {
  const shard = idHash(cluster.hasher, id) & (cluster.topology.shards - 1);
  cluster.debts.ledger.add([{ index: "movies", shard, node, ids: [id], stamp: cluster.stamps.next(false) }]);
}

const missing = refusal(404, "document_not_found");

describe("GET a document", () => {
  const path = `${MOVIES}/documents/x`;

  it("asks a second owner before it calls a document missing", async () => {
    const { ask, transport } = await start(({ node }) => (node.id === "a" ? missing : answer(200, { id: "x" })));
    expect(await ask({ path })).toMatchObject({ status: 200, body: { id: "x" } });
    expect(transport.asked.length).toBeGreaterThan(0);
    const nobody = await start(() => missing);
    expect(await nobody.ask({ path })).toMatchObject({ status: 404, body: { code: "document_not_found" } });
    expect([...nobody.transport.asked].sort()).toEqual(["a", "b"]);
  });

  it("does not show a deleted document that only a replica which missed the deletion still has", async () => {
    const memory = await start(({ node }) => (node.id === "a" ? missing : answer(200, { id: "x" })));
    owe(memory, "b", "x");
    expect(await memory.ask({ path })).toMatchObject({ status: 404, body: { code: "document_not_found" } });
  });

  it("does not call a document missing on the word of a replica that missed a write of it", async () => {
    const memory = await start(({ node }) => (node.id === "a" ? missing : failure("unreachable")));
    owe(memory, "a", "x");
    await expect(memory.ask({ path })).rejects.toMatchObject({ code: "miroir_shard_unavailable" });
  });

  it("shows what a replica with debt has when nobody else answers, and marks it", async () => {
    const memory = await start(({ node }) => (node.id === "a" ? answer(200, { id: "x" }) : failure("unreachable")));
    owe(memory, "a", "x");
    expect(await memory.ask({ path })).toMatchObject({ status: 200, meta: { degraded: true } });
  });

  it("does not take a node that lost the index for one that knows the document to be missing", async () => {
    const { ask } = await start(({ node }) =>
      node.id === "a" ? refusal(404, "index_not_found") : failure("unreachable"),
    );
    await expect(ask({ path })).rejects.toMatchObject({ code: "miroir_shard_unavailable" });
  });
});

describe("GET documents without a sort", () => {
  const path = `${MOVIES}/documents`;
  /** Each of two nodes holds ten documents, in an order of its own. */
  const lists = ({ node, body }: NodeRequest) => {
    const { offset, limit } = JSON.parse(body ?? "{}") as { offset: number; limit: number };
    const results = Array.from({ length: 10 }, (_, count) => ({ id: `${node.id}${count}` })).slice(
      offset,
      offset + limit,
    );
    return answer(200, { results, offset, limit, total: 10 });
  };
  const idsOf = (body: unknown) => ((body as JsonObject)["results"] as JsonObject[]).map(({ id }) => id);

  it("puts the nodes' lists behind one another", async () => {
    const { ask } = await start(lists, { table: [["a"], ["b"]] });
    const { body } = await ask({ path, params: { offset: "8", limit: "4" } });
    expect(body).toMatchObject({ offset: 8, limit: 4, total: 20 });
    expect(idsOf(body)).toEqual(["a8", "a9", "b0", "b1"]);
  });

  it("begins the page again when another replica than the one that counted would answer for it", async () => {
    let isDown = false;
    const { ask, transport, cluster } = await start(
      (request) => {
        const { limit } = JSON.parse(request.body ?? "{}") as { limit: number };
        if (request.node.id === "a" && limit > 0) isDown = true;
        if (request.node.id === "a" && isDown) return failure("unreachable");
        return lists(request);
      },
      { table: [["a", "b"]] },
    );
    let interrupted = 0;
    for (let count = 0; count < 20; count++) {
      isDown = false;
      cluster.health.observe("a", { kind: "answered", response: answer(200) });
      transport.sent.length = 0;
      const { body } = await ask({ path, params: { offset: "2", limit: "3" } }, { preference: `preference ${count}` });
      expect(idsOf(body)).toEqual(["b2", "b3", "b4"]);
      const counted = transport.sent.filter((request) => request.body?.includes('"limit":0'));
      expect(counted.map(({ node }) => node.id)).toContain("b");
      if (isDown) interrupted += 1;
    }
    expect(interrupted).toBeGreaterThan(0);
  });

  it("answers nothing rather than a page made of two different lists", async () => {
    let counting: string | undefined;
    const { ask, transport, clock } = await start((request) => {
      const { limit } = JSON.parse(request.body ?? "{}") as { limit: number };
      if (limit === 0) counting = request.node.id;
      return limit > 0 && request.node.id === counting ? failure("reset") : lists(request);
    });
    const refused = expect(ask({ path, params: { limit: "3" } })).rejects.toThrow(
      "changed each time while it was read",
    );
    for (let tries = 0; tries < 3; tries++) await clock.advance(25); // the node that counted gets a second chance
    await refused;
    expect(transport.sent).toHaveLength(9);
  });
});

describe("writing documents", () => {
  it("refuses a document that is too large alone before any node is sent anything", async () => {
    const { ask, transport } = await start(enqueueing(), { table: [["a", "b"]], options: { payloadLimitBytes: 2000 } });
    const body = [{ id: 1 }, { id: 2, text: "é".repeat(1000) }];
    const response = await ask({ method: "POST", path: `${MOVIES}/documents`, body });
    expect(response).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
    expect((response.body as JsonObject)["message"]).toContain("2 KB");
    expect(transport.sent.filter(({ path }) => path.endsWith("/documents"))).toEqual([]);
  });

  it("never sends a write that it does not understand to one node as it is", async () => {
    const { ask, transport } = await start(({ path }) =>
      path.startsWith("indexes/%20/")
        ? refusal(400, "bad_request", "Unknown parameter `new`")
        : answer(202, { taskUid: 1 }),
    );
    const write = { method: "POST", path: `${MOVIES}/documents`, body: [{ id: 1 }], params: { new: "1" } } as const;
    expect(await ask(write)).toMatchObject({ status: 400, body: { message: "Unknown parameter `new`" } });
    expect(transport.sent.map(({ path }) => path)).toEqual(["indexes/%20/documents"]);
  });

  it("says that it does not serve a write that only a newer server understands", async () => {
    const { ask, transport } = await start(({ path }) =>
      path.startsWith("indexes/%20/") ? refusal(400, "invalid_index_uid") : answer(202, { taskUid: 1 }),
    );
    const write = { method: "POST", path: `${MOVIES}/documents`, body: [{ id: 1 }], params: { new: "1" } } as const;
    await expect(ask(write)).rejects.toMatchObject({ code: "miroir_not_supported" });
    expect(transport.sent.map(({ path }) => path)).toEqual(["indexes/%20/documents"]);
  });
});

describe("deleting", () => {
  it("sends ids of any JSON type to every owner, as the text that the server takes them for", async () => {
    const { ask, transport } = await start(enqueueing());
    const body = [1, "x", 1.5, null, true];
    const response = await ask({ method: "POST", path: `${MOVIES}/documents/delete-batch`, body });
    expect(response).toMatchObject({ status: 202, meta: { write: { acknowledged: ["a", "b"] } } });
    for (const node of ["a", "b"]) {
      const sent = transport.sent.filter((request) => request.node.id === node && !isStateRequest(request));
      const ids = sent.flatMap((request) => JSON.parse(request.body ?? "[]") as string[]);
      expect(ids.sort()).toEqual(["1", "1.5", "null", "true", "x"]);
    }
  });

  it("does not take an escaped slash in an index name for a path: other documents would be deleted", async () => {
    const { ask, transport } = await start(
      enqueueing((request) => (isStateRequest(request) ? answer(200, { results: [], total: 0 }) : undefined)),
    );
    await ask({ method: "DELETE", path: "indexes/movies%2Fdocuments" });
    const deleted = transport.sent.filter(({ method }) => method === "DELETE").map(({ path }) => path);
    expect(deleted).toEqual(["indexes/movies%2Fdocuments", "indexes/movies%2Fdocuments"]);
  });
});

describe("creating an index that exists on a node and not in the registry", () => {
  const create = { method: "POST", path: "indexes", body: { uid: "books" } } as const;
  const existing = (documents: number, filterable: unknown) =>
    enqueueing((request) => {
      if (isStateRequest(request) && request.method === "GET") return answer(200, { results: [], total: 0 });
      if (request.method !== "GET") return undefined;
      if (request.path.endsWith("filterable-attributes")) return answer(200, filterable);
      return answer(200, { uid: "books", numberOfDocuments: documents });
    });

  it("builds upon what a creation that failed half-way left", async () => {
    const { ask, cluster } = await start(existing(0, [{ attributePatterns: ["_miroir_*"] }]));
    expect(await ask(create)).toMatchObject({ status: 202 });
    expect(cluster.registry.peek("books")).toBeDefined();
  });

  it.each([
    ["is empty but not ours", existing(0, ["genre"])],
    ["has documents", existing(1, [{ attributePatterns: ["_miroir_*"] }])],
  ])("refuses one that %s", async (_name, script) => {
    const { ask, clock } = await start(script);
    const refused = expect(ask(create)).rejects.toMatchObject({ code: "miroir_index_mismatch" });
    await clock.advance(1000); // another process might be creating it
    await refused;
  });
});

describe("dispatch", () => {
  it("refuses a route that is not served over many nodes, and asks nobody", async () => {
    const { ask, transport } = await start(() => answer(200));
    for (const path of ["unheard", "unheard/of"]) {
      await expect(async () => ask({ method: "POST", path })).rejects.toMatchObject({ code: "miroir_not_supported" });
    }
    expect(transport.sent).toEqual([]);
  });
});
