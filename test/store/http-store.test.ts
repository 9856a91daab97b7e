import { copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { httpStore } from "../../src/store/http/http-store.ts";
import { serveStore } from "../../src/store/http/serve-store.ts";
import type { ServedStoreHandle } from "../../src/store/http/served-store-handle.ts";
import { fileStore } from "../../src/store/local/file-store.ts";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import type { StateStore } from "../../src/store/state-store.ts";
import type { StoreBackend } from "../../src/testing/store-conformance/store-case.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { conforms } from "./conforms.ts";
import { sharedByProcesses } from "./process-cases.ts";
import { ShiftingClock } from "./shifting-clock.ts";

const TOKEN = "a token with ünïcode";

/** A file store, served on one port over restarts, reached over a breakable network. */
async function startBackend(): Promise<StoreBackend> {
  const clock = new ShiftingClock();
  const folder = await mkdtemp(join(tmpdir(), "miroir-http-store-"));
  const [path, copy] = [join(folder, "store.json"), join(folder, "copy")];
  const start = async (port: number) => {
    const store = await fileStore(`file:${path}`, { clock });
    return { store, server: await serveStore({ store, port, token: TOKEN, graceMs: 0 }) };
  };
  let served = await start(0);
  const port = Number(new URL(served.server.url).port);
  const proxy = await startTcpProxy(port);
  const stop = async () => {
    await served.server.close();
    await served.store.close();
  };
  const opened: StateStore[] = [];
  return {
    async open() {
      const store = await httpStore(`http://127.0.0.1:${proxy.port}`, { token: TOKEN, timeoutMs: 3000 });
      opened.push(store);
      return store;
    },
    moveClock: async (ms) => clock.move(ms),
    async restart() {
      await stop();
      served = await start(port);
    },
    backup: () => copyFile(path, copy),
    restore: () => rename(copy, path),
    cutNetwork: async () => proxy.cut(),
    muteNetwork: async () => proxy.mute(),
    healNetwork: async () => proxy.heal(),
    async dispose() {
      await Promise.all(opened.map((store) => store.close()));
      await stop();
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function serveMemory(options: { readonly token?: string; readonly maxBodyBytes?: number } = {}) {
  const store = memoryStore().open();
  const server = await serveStore({ store, ...options });
  onTestFinished(() => server.close());
  return { store, url: server.url };
}

describe("the store behind HTTP", () => {
  conforms({
    abilities: ["moveClock", "restart", "backup", "restore", "cutNetwork", "muteNetwork", "healNetwork"],
    start: startBackend,
  });

  describe("shared by processes", () => {
    sharedByProcesses(async () => (await serveMemory()).url);
  });

  it("refuses another token, and none, for a wrong configuration", async () => {
    const { url } = await serveMemory({ token: TOKEN });
    for (const token of [undefined, "", "another", `${TOKEN}x`]) {
      const store = await httpStore(url, token === undefined ? {} : { token });
      await expect(store.get("key")).rejects.toMatchObject({ code: "miroir_invalid_config" });
      await store.close();
    }
  });

  it("takes its token from the address, and shows it nowhere", async () => {
    const { url } = await serveMemory({ token: TOKEN });
    const store = await httpStore(url.replace("//", `//:${encodeURIComponent(TOKEN)}@`));
    expect((await store.put("key", 1)).ok).toBe(true);
    expect(store.address).toBe(url);
    await store.close();
  });

  it("serves no other machine without a token", async () => {
    const serving = serveStore({ store: memoryStore().open(), host: "0.0.0.0" });
    await expect(serving).rejects.toMatchObject({ code: "miroir_invalid_config" });
  });

  it("refuses bodies that are too large and changes nothing", async () => {
    const { store, url } = await serveMemory({ maxBodyBytes: 1000 });
    const client = await httpStore(url);
    await expect(client.put("key", "x".repeat(2000))).rejects.toThrow("larger than 1000 bytes");
    expect(await store.get("key")).toBeUndefined();
    await client.close();
  });

  it("says that what answers at the address is no store", async () => {
    const { url } = await serveMemory();
    const store = await httpStore(`${url}/elsewhere`);
    await expect(store.status()).rejects.toMatchObject({ code: "miroir_invalid_config" });
    await store.close();
  });

  it("speaks plain HTTP with entity tags", async () => {
    const { url } = await serveMemory();
    const at = (method: string, headers: Record<string, string> = {}, body?: string) =>
      fetch(`${url}/v1/entry?key=a%2Fb`, { method, headers, ...(body !== undefined && { body }) });
    expect((await at("GET")).status).toBe(404);
    expect((await at("PUT", { "if-none-match": "*" }, "[1]")).headers.get("etag")).toBe('"1"');
    expect((await at("PUT", { "if-none-match": "*" }, "[2]")).status).toBe(412);
    const found = await at("GET");
    expect(found.headers.get("etag")).toBe('"1"');
    expect(await found.json()).toEqual({ entry: { key: "a/b", value: [1], revision: 1 } });
    expect((await at("PUT", { "if-match": '"1"' }, "[3]")).status).toBe(200);
    expect((await at("DELETE", { "if-match": '"1"' })).status).toBe(412);
    expect((await at("DELETE", { "if-match": '"2"' })).status).toBe(200);
  });

  it("answers a long poll with the next commit, and 304 when there is none", async () => {
    const { store, url } = await serveMemory();
    const tag = (await fetch(`${url}/v1/status`)).headers.get("etag") ?? "";
    const poll = (wait: number) => fetch(`${url}/v1/status?wait=${wait}`, { headers: { "if-none-match": tag } });
    expect((await poll(1)).status).toBe(304);
    const polled = poll(30_000);
    await store.put("key", 1);
    expect(await (await polled).json()).toMatchObject({ revision: 1 });
  });

  it.each([
    ["a broken body", "POST", "/v1/commit", "{"],
    ["a body of another form", "POST", "/v1/commit", '{"changes":[{"key":1}]}'],
    ["a missing parameter", "GET", "/v1/entry", undefined],
    ["a name that no store takes", "GET", "/v1/entry?key=", undefined],
    ["a number that is none", "GET", "/v1/log?name=a&after=-1", undefined],
  ])("answers 400 to %s", async (_, method, path, body) => {
    const { url } = await serveMemory();
    const answer = await fetch(url + path, { method, ...(body !== undefined && { body }) });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: "invalid_request" });
  });

  it("lets requests under way end when it closes, and long polls at once", async () => {
    const store = memoryStore().open();
    const server: ServedStoreHandle = await serveStore({ store });
    const tag = (await fetch(`${server.url}/v1/status`)).headers.get("etag") ?? "";
    const polled = fetch(`${server.url}/v1/status?wait=30000`, { headers: { "if-none-match": tag } });
    const client = await httpStore(server.url);
    await client.put("key", 1);
    await polled;
    const waiting = fetch(`${server.url}/v1/status?wait=30000`, {
      headers: { "if-none-match": (await fetch(`${server.url}/v1/status`)).headers.get("etag") ?? "" },
    });
    await client.get("key");
    await server.close();
    expect([304, 503]).toContain((await waiting).status);
    await client.close();
  });
});
