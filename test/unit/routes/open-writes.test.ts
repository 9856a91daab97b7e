import { describe, expect, it } from "vitest";
import type { ClusterRequest, JsonObject } from "../../../src/core/types.ts";
import { dispatch } from "../../../src/routes/registry.ts";
import { collectGarbage } from "../../support/collect-garbage.ts";
import { enqueueing, memoryCluster, rowOf } from "../../support/memory-cluster.ts";
import { refusal } from "../../support/memory-transport.ts";

const DOCUMENTS = "indexes/movies/documents";

/** Nodes that take every write and end none of their tasks; writes that they took are forgotten by the test. */
async function start() {
  const isRehearsal = ({ path, body }: { path: string; body?: unknown }) =>
    path.endsWith("/edit") && JSON.stringify(body).includes("[]");
  const script = enqueueing((request) =>
    isRehearsal(request) ? refusal(400, "invalid_document_edition_context") : undefined,
  );
  const { cluster, transport } = await memoryCluster(script, { table: [["a", "b"]] });
  cluster.registry.load([{ id: "index_movies", kind: "index", value: JSON.parse(JSON.stringify(rowOf("movies"))) }]);
  const write = async (request: Pick<ClusterRequest, "path" | "body"> & Partial<ClusterRequest>) => {
    const { status, body } = await dispatch(
      { method: "POST", params: {}, headers: {}, ...request },
      { call: {}, cluster: async () => cluster, configured: async () => cluster },
    );
    expect(status).toBe(202);
    transport.sent.length = 0;
    return (body as { taskUid: number }).taskUid;
  };
  return { cluster, write };
}

/** Documents whose numbers are long enough for V8 to share their digits with the payload that they were cut out of. */
function documentsFrom(first: number, count: number): JsonObject[] {
  const overview = "All work and no play makes Jack a dull boy. ".repeat(25);
  return Array.from({ length: count }, (_, at) => ({
    id: 10 ** 15 + first + at,
    overview: `${first + at} ${overview}`,
  }));
}

describe("a write whose task is open", () => {
  it.each([
    ["documents", DOCUMENTS, () => documentsFrom(0, 3)],
    ["a list of ids", `${DOCUMENTS}/delete-batch`, () => ["x", "y"]],
    ["a filter", `${DOCUMENTS}/delete`, () => ({ filter: "year > 2000" })],
    ["a function", `${DOCUMENTS}/edit`, () => ({ function: "doc.seen = true", filter: "year > 2000" })],
  ])("lets go of the request: %s", async (_what, path, make) => {
    const { cluster, write } = await start();
    let payload: WeakRef<object> | undefined;
    const send = () => {
      const body = make();
      payload = new WeakRef(body);
      return write({ path, body });
    };
    const uid = await send();
    await collectGarbage();
    expect(payload?.deref()).toBeUndefined();
    expect(cluster.tasks.own(uid)?.owe).toBeDefined();
  });

  it("takes a small part of what its payload took", async () => {
    const { cluster, write } = await start();
    const [writes, documents] = [30, 200];
    let bytes = 0;
    const send = async (at: number) => {
      const lines = documentsFrom(at * documents, documents).map((document) => JSON.stringify(document));
      const body = lines.join("\n");
      bytes += body.length;
      return await write({ path: DOCUMENTS, body, contentType: "application/x-ndjson" });
    };
    const usedBytes = async () => {
      await collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    await send(0);
    const before = await usedBytes();
    bytes = 0;
    for (let at = 1; at <= writes; at++) await send(at);
    expect((await usedBytes()) - before).toBeLessThan(bytes / 8);
    expect(cluster.tasks.own(await send(0))?.owe).toBeDefined();
  });
});
