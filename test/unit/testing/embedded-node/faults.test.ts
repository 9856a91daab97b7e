import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmbeddedNode, type EmbeddedNode } from "../../../../src/testing/embedded-node/index.ts";
import { finished, send } from "./node-client.ts";

describe("faults of an embedded node", () => {
  let node: EmbeddedNode;

  beforeEach(async () => {
    node = await createEmbeddedNode({ masterKey: "key" });
  });

  afterEach(async () => {
    await node.close();
  });

  it("answers a status as an overloaded server does, as often as told", async () => {
    node.faults.set({ status: 503, retryAfter: 7, times: 1 });
    const refused = await send(node, "GET /version");
    const served = await send(node, "GET /version");
    expect(refused).toMatchObject({ status: 503, body: { code: "too_many_search_requests", type: "system" } });
    expect(refused.headers.get("retry-after")).toBe("7");
    expect(served.status).toBe(200);
  });

  it("only touches the requests that match", async () => {
    node.faults.set({ status: 500, match: (request) => request.path === "/stats" });
    expect((await send(node, "GET /stats")).status).toBe(500);
    expect((await send(node, "GET /version")).status).toBe(200);
    node.faults.clear();
    expect((await send(node, "GET /stats")).status).toBe(200);
  });

  it("loses an answer but not the write behind it", async () => {
    node.faults.set({ dropAnswerAfterWrite: true, times: 1 });
    await expect(send(node, "POST /indexes", { uid: "movies" })).rejects.toThrow();
    await finished(node, 0);
    expect((await send(node, "GET /indexes/movies")).status).toBe(200);
  });

  it("refuses a connection before the request is handled", async () => {
    node.faults.set({ refuse: true, times: 1 });
    await expect(send(node, "POST /indexes", { uid: "movies" })).rejects.toThrow();
    expect((await send(node, "GET /tasks")).body.total).toBe(0);
  });

  it("cuts a body in the middle", async () => {
    node.faults.set({ cutBody: true, times: 1 });
    await expect(send(node, "GET /version")).rejects.toThrow();
  });

  it("refuses in the words it is given", async () => {
    const error = { code: "no_space_left_on_device", message: "Full." };
    node.faults.set({ status: 422, error });
    const { status, body } = await send(node, "POST /indexes", { uid: "movies" });
    expect(status).toBe(422);
    const link = "https://docs.meilisearch.com/errors#no_space_left_on_device";
    expect(body).toEqual({ ...error, type: "system", link });
  });

  it("answers one byte at a time", async () => {
    node.faults.set({ trickleMs: 2, times: 1 });
    const { body } = await fetch(`${node.url}/health`);
    const pieces: Uint8Array[] = [];
    for await (const piece of body ?? []) pieces.push(piece as Uint8Array);
    expect(pieces.length).toBeGreaterThan(2); // some may have been read together
    expect(JSON.parse(Buffer.concat(pieces).toString())).toEqual({ status: "available" });
  });

  it("never answers when it hangs", async () => {
    node.faults.set({ hang: true });
    const request = fetch(`${node.url}/health`, { signal: AbortSignal.timeout(50) });
    await expect(request).rejects.toThrow(/timeout/);
  });

  it("answers a page of HTML like a proxy in between", async () => {
    node.faults.set({ html: true });
    const response = await fetch(`${node.url}/health`);
    expect(response.headers.get("content-type")).toBe("text/html");
    expect(await response.text()).toContain("<html>");
  });

  it("makes requests wait", async () => {
    node.faults.set({ latencyMs: 30 });
    const started = performance.now();
    expect((await send(node, "GET /health")).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(29);
  });
});
