import type { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import { metaOf } from "../../src/index.ts";
import { type ClusterShape, type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const UID = "movies";
const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({ id }));

async function filled(shape: ClusterShape): Promise<EmbeddedCluster> {
  const cluster = await startCluster(shape);
  await cluster.client.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
  return cluster;
}

/** Searches often enough for the client to have met a node that came back, had it wanted to. */
async function nodesUsed({ client }: EmbeddedCluster): Promise<Set<string>> {
  const used = new Set<string>();
  const end = Date.now() + 900;
  for (let round = 0; Date.now() < end; round++) {
    const answer = await client
      .with({ preference: `${round}` })
      .index(UID)
      .search("", { limit: 100 });
    for (const node of metaOf(answer)?.nodes ?? []) used.add(node);
  }
  return used;
}

/** Puts a copy of the marker on a node that lost everything, as a restored backup of an early day has one. */
async function plantMarker(from: Meilisearch | undefined, to: Meilisearch | undefined): Promise<void> {
  const marker = await from?.index("miroir__state").getDocument("marker");
  if (marker === undefined || to === undefined) throw new Error("no node to copy a marker to");
  const value = String(marker["value"]).replace('"nodeId":"node-1"', '"nodeId":"node-0"');
  await to.createIndex("miroir__state", { primaryKey: "id" });
  await to
    .index("miroir__state")
    .addDocuments([{ ...marker, value }])
    .waitTask();
}

describe("a node that comes back empty", () => {
  it("is not read, and answers stay complete from the other replicas", async () => {
    const cluster = await filled({ replicationFactor: 2 });
    await cluster.nodes[0]?.crash({ keepData: false });
    await cluster.nodes[0]?.restart();
    expect(await nodesUsed(cluster)).toEqual(new Set(["node-1", "node-2"]));
    const answer = await cluster.client.index(UID).search("", { limit: 100 });
    expect(answer.hits).toHaveLength(60);
    expect(metaOf(answer)).toMatchObject({ degraded: false, coverage: { missing: [] } });
  });

  it("is not written to either, and owes what it misses", async () => {
    const cluster = await filled({ replicationFactor: 2 });
    await cluster.nodes[0]?.crash({ keepData: false });
    await cluster.nodes[0]?.restart();
    const accepted = await cluster.client.index(UID).addDocuments(DOCUMENTS);
    expect(metaOf(accepted)).toMatchObject({ degraded: true, write: { indebted: ["node-0"] } });
    expect((await cluster.client.tasks.waitForTask(accepted)).status).toBe("succeeded");
    const { results } = (await cluster.directs[0]?.getRawIndexes()) ?? { results: [{ uid: "?" }] };
    expect(results).toEqual([]);
  });

  it("leaves its shards missing when nobody else holds them, rather than answer that they are empty", async () => {
    const cluster = await filled({ replicationFactor: 1 });
    await cluster.nodes[0]?.crash({ keepData: false });
    await cluster.nodes[0]?.restart();
    const answer = await cluster.client.index(UID).search("", { limit: 100 });
    expect(metaOf(answer)).toMatchObject({ degraded: true, exact: false, nodes: ["node-1", "node-2"] });
    const strict = cluster.client.with({ partial: false }).index(UID);
    await expect(strict.search("")).rejects.toMatchObject({ code: "miroir_shard_unavailable" });
  });

  it("is not read by a client that meets it for the first time", async () => {
    const cluster = await filled({ replicationFactor: 2 });
    await cluster.nodes[0]?.crash({ keepData: false });
    await cluster.nodes[0]?.restart();
    const late = { ...cluster, client: cluster.connect() };
    expect(await nodesUsed(late)).toEqual(new Set(["node-1", "node-2"]));
  });
});

describe("a node that comes back with an older state", () => {
  it("is not read", async () => {
    const cluster = await filled({ replicationFactor: 2 });
    await cluster.client
      .index(UID)
      .addDocuments([{ id: 1, more: true }])
      .waitTask();
    await cluster.nodes[0]?.crash({ keepData: false });
    await cluster.nodes[0]?.restart();
    await plantMarker(cluster.directs[1], cluster.directs[0]);
    expect(await nodesUsed(cluster)).toEqual(new Set(["node-1", "node-2"]));
    const answer = await cluster.client.index(UID).search("", { limit: 100 });
    expect(answer.hits).toHaveLength(60);
  });
});

describe("a node that comes back with its data", () => {
  it("is read again", async () => {
    const cluster = await filled({ replicationFactor: 2 });
    await cluster.nodes[0]?.crash({ keepData: true });
    expect((await cluster.client.index(UID).search("", { limit: 100 })).hits).toHaveLength(60);
    await cluster.nodes[0]?.restart();
    await eventually(async () => expect(await nodesUsed(cluster)).toContain("node-0"));
  });

  it("keeps the tasks that were accepted before it died", async () => {
    const cluster = await filled({ replicationFactor: 2 });
    const accepted = await cluster.client.index(UID).addDocuments([{ id: 1, late: true }]);
    await cluster.nodes[0]?.crash({ keepData: true });
    await cluster.nodes[0]?.restart();
    expect((await cluster.client.tasks.waitForTask(accepted)).status).toBe("succeeded");
    expect(await cluster.client.index(UID).getDocument(1)).toEqual({ id: 1, late: true });
  });
});
