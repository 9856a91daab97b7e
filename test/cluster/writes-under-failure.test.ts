import { describe, expect, it } from "vitest";
import { type ClusterSettings, type MiroirClient, metaOf } from "../../src/index.ts";
import type { EmbeddedNode, EmbeddedRequest, Fault } from "../../src/testing/embedded-node/index.ts";
import { type ClusterShape, type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { bodyText, isDocumentWrite, recordRequests } from "../support/requests.ts";

const UID = "movies";
const IDS = Array.from({ length: 40 }, (_, id) => id);
const IMPATIENT: ClusterSettings = { attemptTimeoutMs: 800, writeTimeoutMs: 2000 };

const revision = (round: number) => IDS.map((id) => ({ id, round }));

/** A cluster with forty documents of revision 1. */
async function filled(shape: ClusterShape): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ settings: IMPATIENT, ...shape });
  await cluster.client.index(UID).addDocuments(revision(1), { primaryKey: "id" }).waitTask();
  return cluster;
}

function isWrite(request: EmbeddedRequest): boolean {
  return isDocumentWrite(UID)(request);
}

/** The debts that the state indexes of these nodes hold, one list a node. */
async function recordedDebts(cluster: EmbeddedCluster, positions: readonly number[]) {
  return Promise.all(
    positions.map(async (position) => {
      const direct = cluster.directs[position];
      const page = await direct?.index("miroir__state").getDocuments({ limit: 1000 });
      const records = (page?.results ?? []).filter((record) => record["kind"] === "debt");
      return records.flatMap(
        (record) => JSON.parse(String(record["value"])).debts as { node: string; shard: number }[],
      );
    }),
  );
}

/** What every view of the client finds, whichever replicas it asks. */
async function expectEverywhere(client: MiroirClient, check: (hits: Record<string, unknown>[]) => void): Promise<void> {
  for (let preference = 0; preference < 12; preference++) {
    const view = client.with({ preference: `view ${preference}`, partial: false });
    check((await view.index(UID).search("", { limit: 100 })).hits);
  }
}

/** Waits until a node answers a health check again and its replicas could be read. */
async function back(node: EmbeddedNode): Promise<void> {
  await node.restart();
  await eventually(async () => expect((await fetch(`${node.url}/health`)).status).toBe(200));
}

describe("a write of which one replica's answer is lost", () => {
  const faults: [what: string, fault: Fault][] = [
    ["the connection breaks after the write", { dropAnswerAfterWrite: true }],
    ["the answer is cut short", { cutBody: true }],
    ["the node hangs", { hang: true }],
    ["the answer comes byte by byte", { trickleMs: 200 }],
    ["the node answers 500", { status: 500 }],
    ["something in between answers a web page", { html: true, status: 502 }],
  ];
  it.each(faults)("is accepted, owed, and never sent a second time when %s", async (_, fault) => {
    const cluster = await filled({ replicationFactor: 2 });
    const { client, nodes } = cluster;
    const [node] = nodes;
    node?.faults.set({ ...fault, match: isWrite });
    const seen = node === undefined ? [] : recordRequests(node);

    const accepted = await client.index(UID).addDocuments(revision(2));
    const meta = metaOf(accepted);
    expect(meta).toMatchObject({ degraded: true, write: { indebted: ["node-0"] } });
    expect(meta?.write?.degradedShards.length).toBeGreaterThan(0);
    expect(seen.filter(isWrite)).toHaveLength(1);

    const task = await client.tasks.waitForTask(accepted);
    expect(task).toMatchObject({ status: "succeeded", details: { receivedDocuments: 40, indexedDocuments: 40 } });
    expect(seen.filter(isWrite)).toHaveLength(1);
    node?.faults.clear();
    await expectEverywhere(client, (hits) => {
      expect(hits).toHaveLength(40);
      expect(hits.every((hit) => hit["round"] === 2)).toBe(true);
    });
    const [first = [], second = []] = await eventually(async () => {
      const debts = await recordedDebts(cluster, [1, 2]);
      for (const each of debts) expect(each.length).toBeGreaterThan(0);
      return debts;
    });
    expect(new Set([...first, ...second].map((debt) => debt.node))).toEqual(new Set(["node-0"]));
    expect(new Set(first.map(({ shard }) => shard))).toEqual(new Set(meta?.write?.degradedShards));
  });

  it("is an error when that replica is the only one", async () => {
    const { client, nodes } = await filled({ replicationFactor: 1 });
    nodes[0]?.faults.set({ dropAnswerAfterWrite: true, match: isWrite });
    await expect(client.index(UID).addDocuments(revision(2))).rejects.toMatchObject({
      code: "miroir_no_quorum",
      response: { status: 503 },
      message: expect.stringContaining("node `node-0`"),
    });
  });

  it("is sent again when the node itself said that it did nothing", async () => {
    const { client, nodes } = await filled({ replicationFactor: 1 });
    nodes[0]?.faults.set({ status: 429, times: 1, match: isWrite });
    const accepted = await client.index(UID).addDocuments(revision(2));
    expect(metaOf(accepted)?.degraded).toBe(false);
    await client.tasks.waitForTask(accepted);
    const { hits } = await client.index(UID).search("", { limit: 100 });
    expect(hits.every((hit) => hit["round"] === 2)).toBe(true);
  });
});

describe("a write while a replica is dead", () => {
  it("is accepted and degraded, and the replica is not read for those documents when it is back", async () => {
    const cluster = await filled({ replicationFactor: 2 });
    const { client, nodes } = cluster;
    await nodes[0]?.crash({ keepData: true });
    const accepted = await client.index(UID).addDocuments(revision(2));
    expect(metaOf(accepted)).toMatchObject({
      degraded: true,
      write: { acknowledged: ["node-1", "node-2"], indebted: ["node-0"] },
    });
    expect((await client.tasks.waitForTask(accepted)).status).toBe("succeeded");
    await client.index(UID).deleteDocument(7).waitTask();
    for (const debts of await eventually(() => recordedDebts(cluster, [1, 2]))) expect(debts.length).toBeGreaterThan(0);

    if (nodes[0] !== undefined) await back(nodes[0]);
    const later = client.index(UID).addDocuments([{ id: 1000, round: 2 }]);
    await later.waitTask();
    await expectEverywhere(client, (hits) => {
      expect(hits).toHaveLength(40);
      expect(hits.some((hit) => hit["id"] === 7)).toBe(false);
      expect(hits.every((hit) => hit["round"] === 2)).toBe(true);
    });
    for (const id of [1, 2, 3, 4, 5]) {
      expect(await client.index(UID).getDocument(id)).toEqual({ id, round: 2 });
    }
  });

  it("is marked degraded in answers when only replicas that missed it are left", async () => {
    const { client, nodes } = await filled({ nodes: 2, replicationFactor: 2 });
    await nodes[0]?.crash({ keepData: true });
    const accepted = await client.index(UID).addDocuments(revision(2));
    await client.tasks.waitForTask(accepted);
    if (nodes[0] !== undefined) await back(nodes[0]);
    await nodes[1]?.crash({ keepData: true });
    const answer = await eventually(async () => {
      const found = await client.index(UID).search("", { limit: 100 });
      expect(found.hits).toHaveLength(40);
      return found;
    });
    const meta = metaOf(answer);
    expect(meta).toMatchObject({ degraded: true, exact: false, nodes: ["node-0"] });
    expect(meta?.coverage?.missing).toEqual([]);
    expect(meta?.coverage?.indebted).toEqual(metaOf(accepted)?.write?.degradedShards);
    expect(meta?.coverage?.indebted.length).toBeGreaterThan(8);
  });

  it("is refused when no other replica holds the shard, naming shards and nodes", async () => {
    const { client, nodes } = await filled({ replicationFactor: 1 });
    await nodes[0]?.crash({ keepData: true });
    const error = await client
      .index(UID)
      .addDocuments(revision(2))
      .catch((reason) => reason);
    expect(error).toMatchObject({ code: "miroir_no_quorum", response: { status: 503 } });
    expect(error.message).toMatch(/for shards? [\d, ]+:/);
    expect(error.message).toContain("node `node-0`");
    expect(error.attempts).toMatchObject([{ node: "node-0" }]);
  });

  it("is refused by a client that wants every replica to acknowledge", async () => {
    const { client, connect, nodes } = await filled({ replicationFactor: 2 });
    const strict = connect({ writeConsistency: "all" });
    await strict
      .index(UID)
      .addDocuments([{ id: 1, round: 2 }])
      .waitTask();
    await nodes[0]?.crash({ keepData: true });
    await expect(strict.index(UID).addDocuments(revision(3))).rejects.toMatchObject({ code: "miroir_no_quorum" });
    const view = client.with({ consistency: "all" });
    await expect(view.index(UID).addDocuments(revision(3))).rejects.toMatchObject({ code: "miroir_no_quorum" });
    await expect(client.index(UID).addDocuments(revision(4))).resolves.toMatchObject({ status: "enqueued" });
  });
});

describe("a replica that owes a write", () => {
  it("gets no partial updates of the documents it owes, and others of its documents still", async () => {
    const { client, nodes } = await filled({ nodes: 2, replicationFactor: 2 });
    const [node] = nodes;
    await node?.crash({ keepData: true });
    await client
      .index(UID)
      .addDocuments([{ id: 1, round: 2 }])
      .waitTask();
    if (node !== undefined) await back(node);
    // Any write lets the client notice that the node is back; replacing whole documents is safe there.
    await eventually(async () => {
      const accepted = await client.index(UID).addDocuments([{ id: 2, round: 2 }]);
      expect(metaOf(accepted)?.write?.acknowledged).toContain("node-0");
    });
    const seen = node === undefined ? [] : recordRequests(node);
    await client
      .index(UID)
      .updateDocuments([
        { id: 1, more: true },
        { id: 3, more: true },
      ])
      .waitTask();
    const updates = seen.filter((request) => isWrite(request) && request.method === "PUT").map(bodyText);
    expect(updates.join("\n")).toContain('"id":3');
    expect(updates.join("\n")).not.toContain('"id":1,');
    await expectEverywhere(client, (hits) => {
      const one = hits.find((hit) => hit["id"] === 1);
      expect(one).toEqual({ id: 1, round: 2, more: true });
    });
  });

  it("cannot acknowledge another write of the same document alone", async () => {
    const { client, nodes } = await filled({ nodes: 2, replicationFactor: 2 });
    const [first, second] = nodes;
    await first?.crash({ keepData: true });
    await client
      .index(UID)
      .addDocuments([{ id: 1, round: 2 }])
      .waitTask();
    if (first !== undefined) await back(first);
    await eventually(async () => {
      const accepted = await client.index(UID).addDocuments([{ id: 2, round: 2 }]);
      expect(metaOf(accepted)?.write?.acknowledged).toContain("node-0");
    });
    await second?.crash({ keepData: true });
    await expect(client.index(UID).addDocuments([{ id: 1, round: 3 }])).rejects.toMatchObject({
      code: "miroir_no_quorum",
    });
    await expect(client.index(UID).addDocuments([{ id: 30, round: 3 }])).resolves.toMatchObject({
      status: "enqueued",
    });
  });
});

describe("a write that is waited for", () => {
  it.each([1, 2])("ends although no node answered for a moment, with %i replicas", async (replicationFactor) => {
    const cluster = await filled({ replicationFactor });
    for (const node of cluster.nodes) node.faults.set({ hang: true, times: 1, match: ({ path }) => path === "/tasks" });
    const task = await cluster.client.index(UID).addDocuments(revision(2)).waitTask({ timeout: 10_000 });
    expect(task).toMatchObject({ status: "succeeded", details: { indexedDocuments: 40 } });
  });
});
