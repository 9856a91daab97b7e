import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmbeddedNode, type EmbeddedNode } from "../../../../src/testing/embedded-node/index.ts";
import { finished, send } from "./node-client.ts";

describe("an embedded node that crashes", () => {
  let node: EmbeddedNode;

  beforeEach(async () => {
    node = await createEmbeddedNode({ masterKey: "key" });
    const added = await send(node, "POST /indexes/movies/documents", [{ id: 1, title: "Alien" }]);
    await finished(node, added.body.taskUid);
  });

  afterEach(async () => {
    await node.close();
  });

  it("refuses connections until it is restarted on the same port", async () => {
    const { url } = node;
    await node.crash({ keepData: true });
    await expect(send(node, "GET /health")).rejects.toThrow();
    await node.restart();
    expect(node.url).toBe(url);
    expect((await send(node, "GET /indexes/movies/documents/1")).body).toEqual({ id: 1, title: "Alien" });
  });

  it("comes back empty when its data are lost", async () => {
    await node.crash({ keepData: false });
    await expect(send(node, "GET /health")).rejects.toThrow();
    await node.restart();
    expect((await send(node, "GET /indexes")).body.total).toBe(0);
    expect((await send(node, "GET /tasks")).body.total).toBe(0);
  });

  it("never handles a request that was held up when it crashed", async () => {
    const held = new Promise<void>((resolve) => {
      const match = (): boolean => {
        resolve();
        return true;
      };
      node.faults.set({ latencyMs: 20, times: 1, match });
    });
    const lost = expect(send(node, "POST /indexes", { uid: "late" })).rejects.toThrow();
    await held;
    await node.crash({ keepData: true });
    await lost;
    await node.restart();
    node.faults.set({ latencyMs: 60, times: 1 });
    await send(node, "GET /version");
    expect((await send(node, "GET /indexes/late")).status).toBe(404);
  });

  it("cuts connections that wait for an answer", async () => {
    const hanging = new Promise<void>((resolve) => {
      const match = (): boolean => {
        resolve();
        return true;
      };
      node.faults.set({ hang: true, match });
    });
    const cut = expect(send(node, "GET /health")).rejects.toThrow();
    await hanging;
    await node.crash({ keepData: true });
    await cut;
  });
});

describe("an embedded node with a data file", () => {
  let folder: string;
  let dataFile: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "embedded-node-"));
    dataFile = join(folder, "node.jsonl");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("comes back with its documents, tasks, keys and settings", async () => {
    const first = await createEmbeddedNode({ masterKey: "key", dataFile });
    await send(first, "PATCH /indexes/movies/settings", { stopWords: ["the"] });
    await send(first, "POST /indexes/movies/documents", [{ id: 1, title: "Alién" }, { id: 2 }]);
    await send(first, "DELETE /indexes/movies/documents/2");
    await send(first, "POST /keys", { actions: ["search"], indexes: ["*"], expiresAt: null });
    await finished(first, 2);
    const before = await everything(first);
    await first.close();
    const second = await createEmbeddedNode({ masterKey: "key", dataFile });
    expect(await everything(second)).toEqual(before);
    await second.close();
  });

  it("goes on with tasks that were waiting when it was killed", async () => {
    const first = await createEmbeddedNode({ masterKey: "key", dataFile, taskDelayMs: 60_000 });
    await send(first, "POST /indexes/movies/documents", [{ id: 1 }]);
    await first.close();
    const second = await createEmbeddedNode({ masterKey: "key", dataFile });
    expect(await finished(second, 0)).toMatchObject({ status: "succeeded", details: { indexedDocuments: 1 } });
    await second.close();
  });

  it("ignores a line that a kill cut off, and writes on as if it had never been there", async () => {
    const first = await createEmbeddedNode({ masterKey: "key", dataFile });
    await send(first, "POST /indexes", { uid: "movies" });
    await finished(first, 0);
    await first.close();
    appendFileSync(dataFile, '{"kind":"requ');
    const second = await createEmbeddedNode({ masterKey: "key", dataFile });
    expect((await send(second, "GET /indexes")).body.total).toBe(1);
    await send(second, "POST /indexes", { uid: "books" });
    await finished(second, 1);
    await second.close();
    const third = await createEmbeddedNode({ masterKey: "key", dataFile });
    expect((await send(third, "GET /indexes")).body.total).toBe(2);
    await third.close();
  });
});

async function everything(node: EmbeddedNode): Promise<unknown> {
  const paths = ["/indexes/movies/documents", "/indexes/movies/settings", "/keys", "/tasks", "/indexes"];
  return Promise.all(paths.map(async (path) => (await send(node, `GET ${path}`)).body));
}
