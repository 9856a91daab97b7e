import { describe, expect, it } from "vitest";
import { type ClusterSettings, metaOf } from "../../src/index.ts";
import { type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { bodyText, isDocumentWrite } from "../support/requests.ts";
import { unpaidDebts } from "../support/unpaid-debts.ts";

const UID = "movies";
const IDS = Array.from({ length: 60 }, (_, id) => id);
const IMPATIENT: ClusterSettings = { attemptTimeoutMs: 800, writeTimeoutMs: 1200 };
/** An edit that shows when it was run twice, or not at all. */
const EDIT = { function: "doc.n += 1" };

async function filled(settings: ClusterSettings, replicationFactor = 2): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ nodes: 3, replicationFactor, settings: { ...IMPATIENT, ...settings } });
  for (const direct of cluster.directs) await direct.updateExperimentalFeatures({ editDocumentsByFunction: true });
  await cluster.client
    .index(UID)
    .addDocuments(
      IDS.map((id) => ({ id, n: 0 })),
      { primaryKey: "id" },
    )
    .waitTask();
  return cluster;
}

/** Waits until no debt is left, and answers what each copy of each document says. */
async function repaired(cluster: EmbeddedCluster): Promise<Map<number, unknown[]>> {
  await eventually(async () => expect(await unpaidDebts(cluster.directs)).toEqual([]), 20_000);
  const found = new Map<number, unknown[]>(IDS.map((id) => [id, []]));
  for (const direct of cluster.directs) {
    const { results } = await direct.index(UID).getDocuments({ limit: 1000 });
    for (const { id, n } of results) found.get(Number(id))?.push(n);
  }
  return found;
}

describe("an edit by function that a replica misses", () => {
  it("is copied to it when it is back", async () => {
    const cluster = await filled({ repair: true });
    const { client, nodes } = cluster;
    await nodes[0]?.crash({ keepData: true });
    const accepted = await client.index(UID).updateDocumentsByFunction(EDIT);
    expect(metaOf(accepted)).toMatchObject({ degraded: true, write: { indebted: ["node-0"] } });
    expect((await client.tasks.waitForTask(accepted)).status).toBe("succeeded");
    await nodes[0]?.restart();
    for (const copies of (await repaired(cluster)).values()) expect(copies).toEqual([1, 1]);
  });

  it("is there once, not twice, when it ran there but the answer was lost", async () => {
    const cluster = await filled({ repair: true });
    const { client, nodes } = cluster;
    nodes[1]?.faults.set({ dropAnswerAfterWrite: true, match: isDocumentWrite(UID), times: 1 });
    const accepted = await client.index(UID).updateDocumentsByFunction(EDIT);
    expect(metaOf(accepted)?.write?.indebted).toEqual(["node-1"]);
    await client.tasks.waitForTask(accepted);
    for (const copies of (await repaired(cluster)).values()) expect(copies).toEqual([1, 1]);
  });

  it("is not run on shards whose earlier writes the replica owes", async () => {
    const cluster = await filled({ repair: false });
    const { client, nodes } = cluster;
    await nodes[0]?.crash({ keepData: true });
    await client
      .index(UID)
      .addDocuments(IDS.slice(0, 3).map((id) => ({ id, n: 10 })))
      .waitTask();
    await nodes[0]?.restart();
    const filters: string[] = [];
    nodes[0]?.faults.set({
      match(request) {
        if (request.path.endsWith("/edit")) filters.push(JSON.parse(bodyText(request)).filter?.at(-1) ?? "");
        return false;
      },
    });
    await eventually(async () => {
      await client.health();
      expect(metaOf(await client.index(UID).addDocuments([{ id: 1000, n: 0 }]))?.degraded).toBe(false);
    });
    await client.tasks.waitForTask(await client.index(UID).updateDocumentsByFunction(EDIT));
    const { results } = await client.index(UID).getDocuments({ limit: 100 });
    for (const { id, n } of results) expect([id, n]).toEqual([id, Number(id) < 3 ? 11 : 1]);
    const owned = filters.filter((filter) => filter.includes("_miroir_shard"));
    const whole = cluster.config.shards ?? 0;
    expect(owned.length).toBeGreaterThan(0);
    for (const filter of owned) expect(filter.split(",").length).toBeLessThan(whole);
  });
});

describe("an edit by function that no replica of a shard can run", () => {
  it("is refused, and no document is changed", async () => {
    const cluster = await filled({ repair: false }, 1);
    const { client, nodes } = cluster;
    await nodes[0]?.crash({ keepData: true });
    await client.health().catch(() => undefined);
    await expect(client.index(UID).addDocuments(IDS.map((id) => ({ id, n: 0 })))).rejects.toThrow();
    await expect(client.index(UID).updateDocumentsByFunction(EDIT)).rejects.toMatchObject({
      cause: { code: "miroir_no_quorum", message: expect.stringContaining("Nothing was changed") },
    });
    await nodes[0]?.restart();
    for (const direct of cluster.directs) {
      const { results } = await direct.index(UID).getDocuments({ limit: 1000 });
      expect(results.length).toBeGreaterThan(0);
      for (const { n } of results) expect(n).toBe(0);
    }
  });
});

describe("a function that fails on one document", () => {
  it("fails the task, and leaves the copies of every document equal", async () => {
    const cluster = await filled({ repair: true });
    const { client } = cluster;
    const edit = { function: "if doc.id == 7 { nothing() }\ndoc.n += 1" };
    const task = await client.tasks.waitForTask(await client.index(UID).updateDocumentsByFunction(edit));
    expect(task).toMatchObject({
      status: "failed",
      details: { editedDocuments: 0, deletedDocuments: null },
      error: { code: "edit_documents_by_function_error" },
    });
    const found = await repaired(cluster);
    for (const copies of found.values()) expect(new Set(copies).size).toBe(1);
    expect(found.get(7)).toEqual([0, 0]);
  });
});
