import { describe, expect, it } from "vitest";
import { metaOf } from "../../src/index.ts";
import { type EmbeddedCluster, MASTER_KEY, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { fullQueue } from "../support/full-queue.ts";
import { unpaidDebts } from "../support/unpaid-debts.ts";

const UID = "movies";
const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}` }));

async function filled(): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ settings: { repair: true, writeTimeoutMs: 600, attemptTimeoutMs: 400 } });
  await cluster.client.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
  return cluster;
}

/** Every document with all of its copies. */
async function copies({ directs }: EmbeddedCluster): Promise<Map<number, Record<string, unknown>[]>> {
  const found = new Map<number, Record<string, unknown>[]>();
  for (const direct of directs) {
    const { results } = await direct.index(UID).getDocuments<{ id: number }>({ limit: 1000 });
    for (const copy of results) found.set(copy.id, [...(found.get(copy.id) ?? []), copy]);
  }
  return found;
}

describe("a node whose task queue is full", () => {
  it("is written around, read for what it has, and given what it refused once there is room", async () => {
    const cluster = await filled();
    const { client, nodes, directs } = cluster;
    const [full] = nodes;
    if (full === undefined) throw new Error("there are three");
    full.faults.set(fullQueue(full));
    const index = client.index(UID);
    const sent = [
      await index.addDocuments([
        { id: 1, title: "New" },
        { id: 100, title: "Added" },
      ]),
      await index.updateDocuments(DOCUMENTS.slice(10, 20).map(({ id }) => ({ id, seen: true }))),
      await index.deleteDocuments([...Array(10).keys()].map((position) => 30 + position)),
    ];
    expect(sent.some((task) => metaOf(task)?.write?.indebted.includes("node-0"))).toBe(true);
    for (const task of sent) {
      expect(metaOf(task)?.write?.acknowledged).not.toContain("node-0");
      expect(await client.tasks.waitForTask(task)).toMatchObject({ status: "succeeded" });
    }
    for (const preference of ["a", "b", "c"]) {
      const { hits } = await client.with({ preference, partial: false }).index(UID).search("", { limit: 1000 });
      expect(hits).toHaveLength(51);
    }
    expect(await unpaidDebts(directs)).not.toEqual([]);
    full.faults.clear();
    await eventually(async () => expect(await unpaidDebts(directs)).toEqual([]), 20_000);
    const found = await copies(cluster);
    expect(found.size).toBe(51);
    for (const [id, both] of found) {
      expect(both, `document ${id}`).toHaveLength(2);
      expect(both[1], `document ${id}`).toEqual(both[0]);
    }
    expect(found.get(1)?.[0]).toMatchObject({ title: "New" });
    expect(found.get(12)?.[0]).toMatchObject({ title: "Movie 12", seen: true });
  });

  it.each([
    { full: 1, whose: "master" },
    { full: 3, whose: "master" },
    { full: 3, whose: "own" },
  ])(
    "is given room by deleting tasks when $full of three are full, whose caller has a key: $whose",
    async ({ full, whose }) => {
      const { client, connect, nodes, directs } = await filled();
      const { key } = await client.createKey({ actions: ["*"], indexes: ["*"], expiresAt: null });
      const caller = whose === "own" ? connect({ apiKey: key, operatorKey: MASTER_KEY }) : client;
      for (let id = 0; id < 10; id++) await client.index(UID).addDocuments([{ id }]).waitTask();
      const added = await client
        .index(UID)
        .addDocuments([{ id: 1 }])
        .waitTask();
      for (const node of nodes.slice(0, full)) node.faults.set(fullQueue(node));
      const { results } = await client.tasks.getTasks({ limit: 100, types: ["documentAdditionOrUpdate"] });
      const others = results.map(({ uid }) => uid).filter((uid) => uid !== added.uid);
      for (const uids of [[added.uid], others]) {
        const deletion = await caller.tasks.deleteTasks({ uids }).waitTask();
        expect(deletion).toMatchObject({ status: "succeeded", details: { deletedTasks: uids.length } });
      }
      expect(others).toHaveLength(11);
      for (const direct of directs) {
        const left = await direct.tasks.getTasks({ indexUids: [UID], types: ["documentAdditionOrUpdate"] });
        expect(left.total).toBe(0);
      }
      for (const each of [client, caller, connect()]) {
        const shown = (await each.tasks.getTasks({ limit: 100 })).results.map(({ uid }) => uid);
        expect(shown.filter((uid) => uid === added.uid || others.includes(uid))).toEqual([]);
      }
    },
  );
});
