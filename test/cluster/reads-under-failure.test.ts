import { describe, expect, it } from "vitest";
import { type ClusterSettings, type MiroirClient, metaOf } from "../../src/index.ts";
import type { Fault } from "../../src/testing/embedded-node/index.ts";
import { type ClusterShape, type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { isRead } from "../support/requests.ts";

const UID = "movies";
const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}` }));
const IMPATIENT: ClusterSettings = { attemptTimeoutMs: 500, readTimeoutMs: 15_000 };

/** A cluster with sixty documents. */
async function filled(shape: ClusterShape): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ settings: IMPATIENT, ...shape });
  await cluster.client.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
  return cluster;
}

/** A view of the client whose searches ask this node as long as it is well. */
async function asking(client: MiroirClient, node: string): Promise<MiroirClient> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const view = client.with({ preference: `preference ${attempt}` });
    const answer = await view.index(UID).search("");
    if (metaOf(answer)?.nodes.includes(node)) return view;
  }
  throw new Error(`no preference leads to ${node}`);
}

const FAULTS: [what: string, fault: Fault][] = [
  ["hangs", { hang: true }],
  ["closes the connection", { refuse: true }],
  ["answers 500", { status: 500 }],
  ["answers 429", { status: 429 }],
  ["answers 503 with Retry-After", { status: 503, retryAfter: 30 }],
  ["cuts its answers short", { cutBody: true }],
  ["answers 200 byte by byte", { trickleMs: 50 }],
  ["answers web pages", { html: true }],
  ["answers web pages with status 502", { html: true, status: 502 }],
];

describe("reading while a node is in trouble, with a second replica of every shard", () => {
  it.each(FAULTS)("answers completely when a node %s", async (_, fault) => {
    const { client, nodes } = await filled({ replicationFactor: 2 });
    const view = await asking(client, "node-0");
    nodes[0]?.faults.set({ ...fault, match: isRead(UID) });

    const answer = await view.index(UID).search("", { limit: 100 });
    expect(answer.hits).toHaveLength(60);
    expect(answer.estimatedTotalHits).toBe(60);
    const meta = metaOf(answer);
    expect(meta).toMatchObject({ degraded: false, exact: true, coverage: { missing: [], shards: { failed: 0 } } });
    expect(meta?.failures.map(({ node }) => node)).toContain("node-0");
    expect(meta?.nodes).not.toContain("node-0");

    const page = await view.index(UID).getDocuments({ limit: 100 });
    expect(page.results).toHaveLength(60);
    for (const { id } of DOCUMENTS.slice(0, 12)) {
      expect(await view.index(UID).getDocument(id)).toMatchObject({ id });
    }
  });

  it("answers completely when a node is dead, and when it died between two calls", async () => {
    const { client, nodes } = await filled({ replicationFactor: 2 });
    const view = await asking(client, "node-0");
    await nodes[0]?.crash({ keepData: true });
    for (let round = 0; round < 5; round++) {
      const answer = await view.index(UID).search("", { limit: 100 });
      expect(answer.hits).toHaveLength(60);
    }
    expect(await client.isHealthy()).toBe(true);
    expect((await client.index(UID).getStats()).numberOfDocuments).toBe(60);
  });

  it("answers from the other group when every node of a group is dead", async () => {
    const { client, nodes } = await filled({ nodes: 4, groups: 2, replicationFactor: 1 });
    await nodes[0]?.crash({ keepData: true });
    await nodes[2]?.crash({ keepData: true });
    const answer = await client.index(UID).search("", { limit: 100 });
    expect(answer.hits).toHaveLength(60);
    expect(metaOf(answer)?.nodes).toEqual(["node-1", "node-3"]);
  });

  it("answers partially when both replicas of some shards are dead, and says which", async () => {
    const { client, nodes } = await filled({ nodes: 4, replicationFactor: 2, shards: 64 });
    await nodes[0]?.crash({ keepData: true });
    await nodes[1]?.crash({ keepData: true });
    const answer = await client.index(UID).search("", { limit: 100 });
    const meta = metaOf(answer);
    expect(meta).toMatchObject({ degraded: true, exact: false });
    expect(meta?.coverage?.missing.length).toBeGreaterThan(0);
    expect(meta?.coverage?.shards).toEqual({
      total: 64,
      ok: 64 - (meta?.coverage?.missing.length ?? 0),
      failed: meta?.coverage?.missing.length,
      skipped: 0,
    });
    expect(answer.hits.length).toBeGreaterThan(0);
    expect(answer.hits.length).toBeLessThan(60);

    const strict = client.with({ partial: false }).index(UID);
    await expect(strict.search("")).rejects.toMatchObject({
      code: "miroir_shard_unavailable",
      response: { status: 503 },
    });
    await expect(client.index(UID).getDocuments()).rejects.toMatchObject({ code: "miroir_shard_unavailable" });
    const found = new Set(answer.hits.map((hit) => hit["id"]));
    const lost = DOCUMENTS.filter(({ id }) => !found.has(id));
    expect(lost.length).toBe(60 - found.size);
    await expect(client.index(UID).getDocument(lost[0]?.id ?? 0)).rejects.toMatchObject({
      code: "miroir_shard_unavailable",
    });
    expect(await client.index(UID).getDocument([...found][0] as number)).toMatchObject({ id: [...found][0] });
    expect(await client.isHealthy()).toBe(false);
  });
});

describe("reading while a node is in trouble, without a second replica", () => {
  it.each(FAULTS)("answers partially when the node %s, or not at all if that is asked for", async (_, fault) => {
    const { client, nodes } = await filled({ replicationFactor: 1 });
    nodes[0]?.faults.set({ ...fault, match: isRead(UID) });
    const answer = await client.with({ timeoutMs: 600 }).index(UID).search("", { limit: 100 });
    expect(answer.hits.length).toBeGreaterThan(0);
    expect(answer.hits.length).toBeLessThan(60);
    const meta = metaOf(answer);
    expect(meta).toMatchObject({ degraded: true, exact: false });
    expect(meta?.coverage?.missing.length).toBeGreaterThan(0);
    expect(meta?.nodes).toEqual(["node-1", "node-2"]);

    const strict = client.with({ partial: false, timeoutMs: 600 }).index(UID);
    await expect(strict.search("")).rejects.toMatchObject({
      code: "miroir_shard_unavailable",
      response: { status: 503 },
      message: expect.stringMatching(/node `node-0`|known to be down/),
    });
  });

  it("asks the only owner a second time when it was busy for a moment", async () => {
    const { client, nodes } = await filled({ replicationFactor: 1 });
    nodes[0]?.faults.set({ status: 429, times: 1, match: isRead(UID) });
    const answer = await client.index(UID).search("", { limit: 100 });
    expect(answer.hits).toHaveLength(60);
    expect(metaOf(answer)).toMatchObject({ degraded: false, coverage: { missing: [] } });
  });

  it("asks the only owner a second time when it broke a connection", async () => {
    const { client, nodes } = await filled({ replicationFactor: 1 });
    nodes[0]?.faults.set({ cutBody: true, times: 1, match: isRead(UID) });
    expect((await client.index(UID).search("", { limit: 100 })).hits).toHaveLength(60);
  });

  it("answers an error when no node is left", async () => {
    const { client, nodes } = await filled({ replicationFactor: 1 });
    await Promise.all(nodes.map((node) => node.crash({ keepData: true })));
    await expect(client.index(UID).search("")).rejects.toMatchObject({
      code: "miroir_shard_unavailable",
      response: { status: 503 },
    });
    expect(await client.isHealthy()).toBe(false);
  });

  it("uses a node again after it came back", async () => {
    const { client, nodes } = await filled({ replicationFactor: 1 });
    await nodes[0]?.crash({ keepData: true });
    expect(metaOf(await client.index(UID).search(""))?.degraded).toBe(true);
    await nodes[0]?.restart();
    await expect
      .poll(async () => (await client.index(UID).search("", { limit: 100 })).hits.length, {
        timeout: 5000,
        interval: 50,
      })
      .toBe(60);
  });
});
