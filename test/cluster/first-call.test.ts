import { MeilisearchRequestError, MeilisearchRequestTimeOutError } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import { LazySession } from "../../src/client/lazy-session.ts";
import * as machinery from "../../src/client/session.ts";
import { MiroirClient, type StaticClusterConfig } from "../../src/index.ts";
import type { EmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { configOf, startNodes } from "../support/cluster.ts";
import { isDocumentWrite, recordRequests } from "../support/requests.ts";

interface FreshClient {
  readonly client: MiroirClient;
  readonly nodes: readonly EmbeddedNode[];
  /** How often the machinery was asked for. */
  readonly loads: () => number;
  /** Ends the loading: with the machinery, or with an error. */
  readonly finish: (error?: Error) => void;
}

/** A client that was never used, whose machinery comes when the test lets it. */
async function freshClient(settings: Partial<StaticClusterConfig> = {}): Promise<FreshClient> {
  const nodes = await startNodes(2);
  const config = { ...configOf(nodes.map(({ url }) => url)), ...settings };
  let loads = 0;
  let finish: FreshClient["finish"] = () => undefined;
  const load = () =>
    new Promise<typeof machinery>((resolve, reject) => {
      loads += 1;
      finish = (error) => (error === undefined ? resolve(machinery) : reject(error));
    });
  const client = new MiroirClient(config, { session: new LazySession(config, load), call: {} });
  onTestFinished(async () => {
    finish();
    await client.close();
  });
  return { client, nodes, finish: (error) => finish(error), loads: () => loads };
}

describe("a call that finds the machinery not loaded yet", () => {
  it("takes its body at once, whatever the caller does to its objects afterwards", async () => {
    const { client, finish } = await freshClient();
    const documents = [{ id: 1, title: "before", tags: ["a"] }];
    const written = client.index("movies").addDocuments(documents, { primaryKey: "id" }).waitTask();
    documents[0] = { id: 1, title: "after", tags: [] };
    documents.push({ id: 2, title: "after", tags: [] });
    finish();
    expect(await written).toMatchObject({ status: "succeeded", details: { receivedDocuments: 1 } });
    expect(await client.index("movies").getDocument(1)).toEqual({ id: 1, title: "before", tags: ["a"] });
  });

  it("keeps its place among the calls before and after it", async () => {
    const { client, finish } = await freshClient();
    const calls: Promise<{ taskUid: number }>[] = [];
    const write = () => {
      calls.push(client.index("movies").addDocuments([{ id: 1, round: calls.length }], { primaryKey: "id" }));
    };
    for (let step = 0; step < 12; step++) {
      if (step === 5) finish();
      queueMicrotask(write); // it comes between those whom the loading wakes
      write();
      await undefined;
    }
    const uids = (await Promise.all(calls)).map(({ taskUid }) => taskUid);
    expect(uids).toEqual([...uids].sort((a, b) => a - b));
    await client.tasks.waitForTasks(uids);
    expect(await client.index("movies").getDocument(1)).toEqual({ id: 1, round: 23 });
  });

  it("sends nothing when its signal fires in the meantime, and rejects at once", async () => {
    const { client, nodes, finish } = await freshClient();
    const seen = nodes.map(recordRequests);
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const write = client.httpRequest.post({
      ...{ path: "indexes/movies/documents", body: [{ id: 1 }] },
      extraRequestInit: { signal: controller.signal },
    });
    controller.abort(reason);
    await expect(write).rejects.toMatchObject({ cause: reason });
    finish();
    await client.health();
    expect(seen.flat().filter(isDocumentWrite("movies"))).toEqual([]);
  });

  it("counts the loading in `timeout`", async () => {
    const { client } = await freshClient({ timeout: 20 });
    const error: unknown = await client.health().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MeilisearchRequestError);
    expect((error as Error).cause).toBeInstanceOf(MeilisearchRequestTimeOutError);
  });

  it("tells what kept the machinery from being loaded, and the next call tries again", async () => {
    const { client, finish, loads } = await freshClient();
    const refused = [client.health(), client.getStats()].map((call) => expect(call).rejects.toThrow("disk full"));
    finish(new Error("disk full"));
    await Promise.all(refused);
    const later = client.health();
    finish();
    expect(await later).toEqual({ status: "available" });
    expect(loads()).toBe(2);
  });

  it("comes before a close that was asked for after it, and later calls are refused", async () => {
    const { client, finish, loads } = await freshClient();
    const earlier = client.getVersion().then(
      () => undefined,
      (error: unknown) => error,
    );
    const closed = client.close();
    await expect(client.health()).rejects.toMatchObject({ code: "miroir_closed" });
    finish();
    expect(await earlier).not.toMatchObject({ code: "miroir_closed" });
    await closed;
    await expect(client.health()).rejects.toMatchObject({ code: "miroir_closed" });
    expect(loads()).toBe(1);
  });
});

describe("a client that is never called", () => {
  it("loads nothing, not even when it is closed", async () => {
    const { client, loads } = await freshClient();
    expect(client.index("movies").uid).toBe("movies");
    await client.close();
    await expect(client.health()).rejects.toMatchObject({ code: "miroir_closed" });
    expect(loads()).toBe(0);
  });
});
