import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FaultProxy } from "../../../bench/worker/fault-proxy.ts";

describe("FaultProxy", () => {
  const seen: string[] = [];
  const server = createServer(async (asked, answer) => {
    let body = "";
    for await (const chunk of asked) body += chunk;
    seen.push(`${asked.method} ${asked.url} ${body}`);
    answer.writeHead(200, { "x-server": "real" }).end(JSON.stringify({ echoed: body }));
  });
  let proxy: FaultProxy;

  beforeEach(async () => {
    seen.length = 0;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = await FaultProxy.start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(async () => {
    await proxy.close();
    server.closeAllConnections();
    const closed = once(server, "close");
    server.close();
    await closed;
  });

  const search = () => request(`${proxy.url}/indexes/a/search`, { method: "POST", body: "{}" });

  it("hands requests and answers on as they are, and counts them", async () => {
    const { statusCode, headers, body } = await search();
    expect([statusCode, headers["x-server"], await body.json()]).toEqual([200, "real", { echoed: "{}" }]);
    await (await request(`${proxy.url}/health`)).body.dump();
    expect(seen).toEqual(["POST /indexes/a/search {}", "GET /health "]);
    expect(proxy.takeTraffic()).toEqual({ searches: 1, others: 1 });
    expect(proxy.takeTraffic()).toEqual({ searches: 0, others: 0 });
  });

  it("answers late when it is told to", async () => {
    await proxy.become({ kind: "delay", ms: 80 });
    const startedAt = performance.now();
    await (await search()).body.dump();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(75);
  });

  it("refuses searches of an overloaded server, and nothing else", async () => {
    await proxy.become({ kind: "overloaded", retryAfterSeconds: 3 });
    const { statusCode, headers, body } = await search();
    expect([statusCode, headers["retry-after"]]).toEqual([503, "3"]);
    expect(await body.json()).toMatchObject({ code: "too_many_search_requests" });
    const health = await request(`${proxy.url}/health`);
    await health.body.dump();
    expect(health.statusCode).toBe(200);
    expect(seen).toEqual(["GET /health "]);
  });

  it("swallows requests as a blackhole, and loses them when it is healed", async () => {
    await proxy.become({ kind: "blackhole" });
    const answered = search().then(
      () => "answered",
      () => "lost",
    );
    while (proxy.takeTraffic().searches === 0) await new Promise((resolve) => setImmediate(resolve));
    await proxy.become({ kind: "none" });
    expect(await answered).toBe("lost");
    expect(seen).toEqual([]);
    expect((await search()).statusCode).toBe(200);
  });

  it("begins to flap by refusing connections, and is reached at the same address again", async () => {
    await proxy.become({ kind: "flapping", ms: 60_000 });
    await expect(search()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await proxy.become({ kind: "none" });
    expect((await search()).statusCode).toBe(200);
  });

  it("drops documents and says that they are indexed, each task with the caller's own mark", async () => {
    await proxy.become({ kind: "discarding" });
    const write = { method: "POST", body: '[{"id":1}]' } as const;
    const first = await request(`${proxy.url}/indexes/a/documents?customMetadata=m1`, write);
    const second = await request(`${proxy.url}/indexes/a/documents?customMetadata=m2`, write);
    const uids = [await first.body.json(), await second.body.json()].map(
      (task) => (task as { taskUid: number }).taskUid,
    );
    const listed = await request(`${proxy.url}/tasks?uids=${uids.join(",")}&limit=2`);
    const { results } = (await listed.body.json()) as { results: object[] };
    expect(results).toMatchObject([
      { uid: uids[0], status: "succeeded", customMetadata: "m1" },
      { uid: uids[1], status: "succeeded", customMetadata: "m2" },
    ]);
    expect(seen).toEqual([]);
    await (await request(`${proxy.url}/indexes/a/settings`)).body.dump();
    expect(seen).toEqual(["GET /indexes/a/settings "]);
  });
});
