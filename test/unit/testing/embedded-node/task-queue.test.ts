import { afterEach, describe, expect, it } from "vitest";
import { createEmbeddedNode, type EmbeddedNode } from "../../../../src/testing/embedded-node/index.ts";
import { finished, send } from "./node-client.ts";

describe("the task queue of an embedded node", () => {
  let node: EmbeddedNode;

  afterEach(async () => {
    await node.close();
  });

  it("shows tasks as enqueued, then processing, and their index only when they are done", async () => {
    node = await createEmbeddedNode({ masterKey: "key", taskDelayMs: 60_000 });
    await send(node, "POST /indexes", { uid: "movies" });
    await send(node, "POST /indexes/movies/documents", [{ id: 1 }]);
    const { body } = await send(node, "GET /tasks");
    expect(body.results).toMatchObject([
      { uid: 1, status: "enqueued", batchUid: null, details: { receivedDocuments: 1, indexedDocuments: null } },
      { uid: 0, status: "processing", batchUid: 0, startedAt: expect.any(String), finishedAt: null },
    ]);
    expect((await send(node, "GET /indexes/movies")).status).toBe(404);
  });

  it("cancels what waits and what is being worked on, ahead of its turn", async () => {
    node = await createEmbeddedNode({ masterKey: "key", taskDelayMs: 60_000 });
    await send(node, "POST /indexes/movies/documents", [{ id: 1 }]);
    await send(node, "POST /indexes/movies/documents", [{ id: 2 }]);
    const canceling = await send(node, "POST /tasks/cancel?uids=0,1");
    const cancelation = await finished(node, canceling.body.taskUid);
    expect(cancelation.details).toMatchObject({ matchedTasks: 2, canceledTasks: 2 });
    const { body } = await send(node, "GET /tasks?canceledBy=2");
    expect(body.results).toMatchObject([
      { uid: 1, status: "canceled", details: { indexedDocuments: 0 } },
      { uid: 0, status: "canceled", details: { indexedDocuments: 0 } },
    ]);
    expect((await send(node, "GET /indexes/movies")).status).toBe(404);
  });

  it("does the tasks of one index in the order in which they came", async () => {
    node = await createEmbeddedNode({ masterKey: "key" });
    const writes = Array.from({ length: 50 }, (_, at) => send(node, "PUT /indexes/a/documents", [{ id: 1, at }]));
    const uids = (await Promise.all(writes)).map((answer) => answer.body.taskUid as number);
    expect([...uids].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, uid) => uid));
    await finished(node, 49);
    const last = uids.indexOf(49);
    expect((await send(node, "GET /indexes/a/documents/1")).body).toEqual({ id: 1, at: last });
  });

  it("gives freed document numbers to the next new documents", async () => {
    node = await createEmbeddedNode({ masterKey: "key" });
    await send(node, "POST /indexes/a/documents", [{ id: "x" }, { id: "y" }, { id: "z" }]);
    await send(node, "DELETE /indexes/a/documents/y");
    await send(node, "POST /indexes/a/documents", [{ id: "new" }, { id: "last" }]);
    await finished(node, 2);
    const { body } = await send(node, "GET /indexes/a/documents");
    expect(body.results.map((document: { id: string }) => document.id)).toEqual(["x", "new", "z", "last"]);
  });

  it("opens every route but the keys when there is no master key", async () => {
    node = await createEmbeddedNode();
    expect((await send(node, "GET /indexes")).status).toBe(200);
    expect((await send(node, "GET /keys")).body.code).toBe("missing_master_key");
  });
});
