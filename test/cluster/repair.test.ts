import { describe, expect, it } from "vitest";
import { type ClusterSettings, MiroirError, metaOf } from "../../src/index.ts";
import type { Fault } from "../../src/testing/embedded-node/index.ts";
import { type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { isDocumentWrite } from "../support/requests.ts";
import { unpaidDebts } from "../support/unpaid-debts.ts";

const UID = "movies";
const IDS = Array.from({ length: 60 }, (_, id) => id);
/** Requests land within 300 ms here, so debts are paid soon. */
const REPAIRING: ClusterSettings = { attemptTimeoutMs: 150, writeTimeoutMs: 300, repair: true };
const revision = (round: number, ids = IDS) => ids.map((id) => ({ id, round, title: `title ${round}` }));

async function filled(settings: ClusterSettings = REPAIRING, nodes = 3): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ nodes, settings });
  // Founding a cluster on a busy machine may take longer than these tests' writes.
  const founder = cluster.connect({ attemptTimeoutMs: 5000, writeTimeoutMs: 30_000, repair: false });
  await founder.index(UID).addDocuments(revision(1), { primaryKey: "id" }).waitTask();
  return cluster;
}

/** Waits until a client over the cluster finds nobody indebted. */
async function paid(cluster: EmbeddedCluster): Promise<void> {
  const onlooker = cluster.connect({ repair: false });
  await eventually(async () => {
    for (let preference = 0; preference < 6; preference++) {
      const view = onlooker.with({ preference: `${preference}`, partial: false });
      expect(metaOf(await view.index(UID).search("", { limit: 1 }))?.degraded).toBe(false);
    }
    expect(await unpaidDebts(cluster.directs)).toEqual([]);
  }, 15_000);
}

/** The documents of every node, by id, which every owner of a shard must agree on. */
async function replicas(cluster: EmbeddedCluster): Promise<Map<string, unknown[]>> {
  const byId = new Map<string, unknown[]>();
  for (const direct of cluster.directs) {
    const { results } = await direct.index(UID).getDocuments({ limit: 1000 });
    for (const document of results)
      byId.set(String(document["id"]), [...(byId.get(String(document["id"])) ?? []), document]);
  }
  return byId;
}

async function expectAgreement(
  cluster: EmbeddedCluster,
  check: (id: number, document: Record<string, unknown> | undefined) => void,
) {
  const found = await replicas(cluster);
  for (const id of IDS) {
    const copies = found.get(String(id)) ?? [];
    expect([0, 2]).toContain(copies.length);
    if (copies.length === 2) expect(copies[1]).toEqual(copies[0]);
    check(id, copies[0] as Record<string, unknown> | undefined);
  }
}

describe("a replica that missed writes and is back with its data", () => {
  it("gets what it missed, additions, replacements, partial updates and deletes alike, and is read again", async () => {
    const cluster = await filled();
    const { client, nodes } = cluster;
    await nodes[0]?.crash({ keepData: true });
    const index = client.index(UID);
    expect(metaOf(await index.addDocuments(revision(2, IDS.slice(0, 20))))?.degraded).toBe(true);
    await index.updateDocuments(IDS.slice(20, 40).map((id) => ({ id, extra: id })));
    await index.deleteDocuments(IDS.slice(40, 50)).waitTask();
    await nodes[0]?.restart();
    await paid(cluster);
    await expectAgreement(cluster, (id, document) => {
      if (id < 20) expect(document).toMatchObject({ round: 2 });
      else if (id < 40) expect(document).toMatchObject({ round: 1, title: "title 1", extra: id });
      else if (id < 50) expect(document).toBeUndefined();
      else expect(document).toMatchObject({ round: 1 });
    });
  });

  it("gets what a delete by filter took away", async () => {
    const cluster = await filled();
    const { client, nodes } = cluster;
    await client.index(UID).updateFilterableAttributes(["id"]).waitTask();
    await nodes[1]?.crash({ keepData: true });
    await client.index(UID).deleteDocuments({ filter: "id < 30" }).waitTask();
    await nodes[1]?.restart();
    await paid(cluster);
    await expectAgreement(cluster, (id, document) =>
      id < 30 ? expect(document).toBeUndefined() : expect(document).toBeDefined(),
    );
  });

  it("is repaired by another process when the one that wrote is gone", async () => {
    const cluster = await filled({ ...REPAIRING, repair: false });
    const { client, nodes } = cluster;
    await nodes[0]?.crash({ keepData: true });
    await client.index(UID).addDocuments(revision(2)).waitTask();
    await client.close();
    await nodes[0]?.restart();
    const other = cluster.connect({ repair: true });
    await other.index(UID).search("");
    await paid(cluster);
    await expectAgreement(cluster, (_, document) => expect(document).toMatchObject({ round: 2 }));
  });

  it("converges while two processes repair and one of them goes on writing", async () => {
    const cluster = await filled();
    const { client, nodes } = cluster;
    const other = cluster.connect();
    await nodes[2]?.crash({ keepData: true });
    await client.index(UID).addDocuments(revision(2)).waitTask();
    await other.index(UID).search("");
    await nodes[2]?.restart();
    for (let round = 3; round < 40; round++) {
      await other
        .index(UID)
        .addDocuments(revision(round, [round % IDS.length]))
        .waitTask();
    }
    await paid(cluster);
    await expectAgreement(cluster, (id, document) =>
      expect(document).toMatchObject({ round: id > 2 && id < 40 ? id : 2 }),
    );
  });
});

describe("a replica that goes away again while it is repaired", () => {
  const moments: [when: string, fault: Fault][] = [
    [
      "it was locked for it",
      { dropAnswerAfterWrite: true, match: ({ path, method }) => path === "/indexes" && method === "POST" },
    ],
    ["it should be given free", { refuse: true, match: ({ path }) => path === "/indexes/miroir__repair" }],
  ];
  it.each(moments)(
    "is repaired as soon as it is back for good, also when the connection broke as %s",
    async (_, fault) => {
      const cluster = await filled();
      const { client, nodes } = cluster;
      await nodes[0]?.crash({ keepData: true });
      await client.index(UID).addDocuments(revision(2)).waitTask();
      nodes[0]?.faults.set({ ...fault, times: 1 });
      await nodes[0]?.restart();
      await paid(cluster);
      await expectAgreement(cluster, (_id, document) => expect(document).toMatchObject({ round: 2 }));
    },
  );
});

describe("a write whose outcome every replica owes", () => {
  it("can be written again once the replicas agreed on what there is", async () => {
    const cluster = await filled(REPAIRING, 2);
    const { client, nodes } = cluster;
    await nodes[1]?.crash({ keepData: true });
    nodes[0]?.faults.set({ dropAnswerAfterWrite: true, match: isDocumentWrite(UID), times: 1 });
    await expect(client.index(UID).addDocuments(revision(2))).rejects.toThrow(MiroirError);
    await nodes[1]?.restart();
    await paid(cluster);
    await client.index(UID).addDocuments(revision(3)).waitTask();
    await expectAgreement(cluster, (_, document) => expect(document).toMatchObject({ round: 3 }));
  });

  it("does not bring a document back whose deletion one replica had acknowledged before", async () => {
    const cluster = await filled(REPAIRING, 2);
    const { client, nodes } = cluster;
    await nodes[1]?.crash({ keepData: true });
    await client.index(UID).deleteDocuments(IDS).waitTask();
    nodes[0]?.faults.set({ hang: true, match: isDocumentWrite(UID), times: 1 });
    await expect(client.index(UID).addDocuments(revision(2))).rejects.toThrow(MiroirError);
    nodes[0]?.faults.clear();
    await nodes[1]?.restart();
    await paid(cluster);
    await expectAgreement(cluster, (_, document) => expect(document).toBeUndefined());
  });
});
