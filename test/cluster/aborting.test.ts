import { MeilisearchRequestError, MeilisearchRequestTimeOutError, MeilisearchTaskTimeOutError } from "meilisearch";
import { describe, expect, it } from "vitest";
import { clientsOver, configOf, type EmbeddedCluster, startCluster, startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { isDocumentWrite, isRead, recordRequests } from "../support/requests.ts";

const UID = "movies";

async function filled(): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ settings: { writeTimeoutMs: 500 } });
  const documents = Array.from({ length: 30 }, (_, id) => ({ id, round: 1 }));
  await cluster.client.index(UID).addDocuments(documents, { primaryKey: "id" }).waitTask();
  return cluster;
}

/** What a promise rejects with, and after how many milliseconds. */
async function rejection(promise: Promise<unknown>): Promise<{ error: unknown; afterMs: number }> {
  const started = performance.now();
  const error = await promise.then(
    () => new Error("it did not reject"),
    (reason: unknown) => reason,
  );
  return { error, afterMs: performance.now() - started };
}

function expectAborted(error: unknown, reason: unknown): void {
  expect(error).toBeInstanceOf(MeilisearchRequestError);
  expect((error as Error).cause).toBe(reason);
}

describe("a call that its caller gives up", () => {
  it("sends nothing when the signal fired before it began", async () => {
    const { client, nodes } = await filled();
    const seen = nodes.map(recordRequests);
    const reason = new Error("changed my mind");
    const { error } = await rejection(client.index(UID).search("", {}, { signal: AbortSignal.abort(reason) }));
    expectAborted(error, reason);
    expect(seen.flat().filter(isRead(UID))).toEqual([]);
  });

  it("rejects at once while the cluster is still being met", async () => {
    const nodes = await startNodes(3);
    for (const node of nodes) node.faults.set({ hang: true });
    const { client } = clientsOver(
      configOf(
        nodes.map(({ url }) => url),
        {},
      ),
    );
    const controller = new AbortController();
    const reason = new Error("too slow");
    const search = rejection(client.index(UID).search("", {}, { signal: controller.signal }));
    controller.abort(reason);
    const { error, afterMs } = await search;
    expectAborted(error, reason);
    expect(afterMs).toBeLessThan(1000);
    await Promise.all(nodes.map((node) => node.crash({ keepData: true })));
  });

  it("rejects at once while nodes are searching", async () => {
    const { client, nodes } = await filled();
    for (const node of nodes) node.faults.set({ hang: true, match: isRead(UID) });
    const seen = nodes.map(recordRequests);
    const controller = new AbortController();
    const reason = { why: "the user typed on" };
    const search = rejection(client.index(UID).search("x", {}, { signal: controller.signal }));
    await eventually(() => expect(seen.flat().some(isRead(UID))).toBe(true));
    controller.abort(reason);
    const { error, afterMs } = await search;
    expectAborted(error, reason);
    expect(afterMs).toBeLessThan(1000);
    for (const node of nodes) node.faults.clear();
    expect((await client.index(UID).search("", { limit: 100 })).hits).toHaveLength(30);
  });

  it("rejects a write at once, and still accounts for what its nodes do with it", async () => {
    const cluster = await filled();
    const { client, nodes } = cluster;
    nodes[0]?.faults.set({ hang: true, match: isDocumentWrite(UID) });
    const seen = nodes.map(recordRequests);
    const controller = new AbortController();
    const reason = new Error("too slow");
    const documents = Array.from({ length: 30 }, (_, id) => ({ id, round: 2 }));
    const write = rejection(
      client.httpRequest.post({
        path: `indexes/${UID}/documents`,
        body: documents,
        extraRequestInit: { signal: controller.signal },
      }),
    );
    await eventually(() => expect(seen.map((each) => each.some(isDocumentWrite(UID)))).toEqual([true, true, true]));
    controller.abort(reason);
    const { error, afterMs } = await write;
    expectAborted(error, reason);
    expect(afterMs).toBeLessThan(1000);
    await eventually(async () => {
      const page = await cluster.directs[1]?.index("miroir__state").getDocuments({ limit: 100 });
      const debts = (page?.results ?? []).filter((record) => record["kind"] === "debt");
      expect(debts.map((record) => String(record["value"])).join()).toContain("node-0");
    });
    nodes[0]?.faults.clear();
    await eventually(async () => {
      for (let preference = 0; preference < 8; preference++) {
        const { hits } = await client
          .with({ preference: `${preference}` })
          .index(UID)
          .search("", { limit: 100 });
        expect(hits.every((hit) => hit["round"] === 2)).toBe(true);
      }
    });
  });

  it("sends nothing of a write whose signal fired before its turn came", async () => {
    const { client, nodes } = await filled();
    const seen = nodes.map(recordRequests);
    const reason = new Error("never mind");
    const write = client.httpRequest.post({
      path: `indexes/${UID}/documents`,
      body: [{ id: 1, round: 2 }],
      extraRequestInit: { signal: AbortSignal.abort(reason) },
    });
    expectAborted((await rejection(write)).error, reason);
    await client
      .index(UID)
      .addDocuments([{ id: 2, round: 3 }])
      .waitTask();
    expect(await client.index(UID).getDocument(1)).toEqual({ id: 1, round: 1 });
    expect(seen.flat().filter(isDocumentWrite(UID)).length).toBeGreaterThan(0);
  });
});

describe("the official time limits", () => {
  it("end a call after `timeout`, with the official error", async () => {
    const { connect, nodes } = await filled();
    const client = connect({ timeout: 100 });
    await eventually(() => client.health()); // on a busy machine the first meeting takes longer
    for (const node of nodes) node.faults.set({ hang: true, match: isRead(UID) });
    const { error, afterMs } = await rejection(client.index(UID).search(""));
    expect(error).toBeInstanceOf(MeilisearchRequestError);
    expect((error as Error).cause).toBeInstanceOf(MeilisearchRequestTimeOutError);
    expect(((error as Error).cause as Error).message).toBe("request timed out after 100ms");
    expect(JSON.stringify((error as Error).cause)).not.toContain("masterKey");
    expect(afterMs).toBeLessThan(1500);
  });

  it("end waiting for a task that never finishes", async () => {
    const { client, nodes } = await filled();
    for (const node of nodes) node.faults.set({ hang: true, match: ({ path }) => path.startsWith("/tasks") });
    const enqueued = await client.index(UID).addDocuments([{ id: 1 }]);
    const { error, afterMs } = await rejection(client.tasks.waitForTask(enqueued, { timeout: 100 }));
    expect(error).toBeInstanceOf(MeilisearchTaskTimeOutError);
    expect(afterMs).toBeLessThan(1500);
  });
});
