import { Meilisearch } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { MiroirClient } from "../../src/index.ts";
import {
  cancelJob,
  jobStatus,
  listJobs,
  pauseJob,
  planJob,
  resumeJob,
  startJob,
  verifyCluster,
  type Wish,
} from "../../src/jobs/index.ts";
import { encodeStamp } from "../../src/routing/stamp.ts";
import type { EmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { type JobCluster, startJobCluster } from "../support/job-cluster.ts";
import { expectNothingLost, startJobWriters } from "../support/job-writers.ts";

const UID = "movies";
const documents = Array.from({ length: 400 }, (_, id) => ({ id, title: `Movie ${id}` }));

const server = (id: string, node: EmbeddedNode | undefined) => ({ id, url: node?.url ?? "" });

async function filled(cluster: JobCluster): Promise<MiroirClient> {
  const client = cluster.connect();
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  await client.index(UID).addDocuments(documents).waitTask();
  return client;
}

/** Copies on all servers, whether they are owners or not: as many as there should be, when nothing was left behind. */
async function copies({ nodes, spares, countOn }: JobCluster, uid = UID): Promise<number> {
  const counts = await Promise.all([...nodes, ...spares].map((node) => countOn(node, uid)));
  return counts.reduce((sum, count) => sum + count, 0);
}

describe("jobs that change who owns what", { timeout: 120_000 }, () => {
  it("go through every change while two processes write, and no write is lost or fails", async () => {
    const cluster = await startJobCluster({ spares: 4 });
    const client = await filled(cluster);
    const writers = startJobWriters(cluster, UID);
    const [one, two, three, four] = cluster.spares;
    const wishes: Wish[] = [
      { kind: "node add", nodes: [server("one", one)] },
      { kind: "rf set", replicationFactor: 3 },
      { kind: "reshard", shards: 32 },
      { kind: "node drain", node: "node-0" },
      { kind: "rf set", replicationFactor: 1 },
      { kind: "group add", group: "more", nodes: [server("two", two), server("three", three)] },
      { kind: "node replace", node: "node-1", by: server("four", four) },
      { kind: "reshard", shards: 16 },
      { kind: "group remove", group: "more" },
      { kind: "node remove", node: "node-0" },
    ];
    for (const wish of wishes) {
      const job = await startJob(cluster.config, wish);
      expect(job, `${wish.kind}: ${job.error}`).toMatchObject({ state: "done", purges: [] });
      expect((await client.index(UID).search("movie", { limit: 1000 })).hits.length).toBe(400);
    }
    await writers.stop();
    expect(writers.acknowledged).toBe(writers.sent);
    process.stdout.write(`${writers.sent} writes during ${wishes.length} jobs, ${writers.waits}\n`);
    await expectNothingLost(cluster, UID, writers);
    const topology = await cluster.topology();
    expect(topology.nodes.map(({ id }) => id)).toEqual(["node-2", "one", "four"]);
    expect(topology).toMatchObject({ shards: 16, replicationFactor: 1 });
    expect(topology.change).toBeUndefined();
    const { numberOfDocuments } = await client.index(UID).getStats();
    expect(await copies(cluster)).toBe(numberOfDocuments);
  });

  it("give a new node its share, with indexes that are everywhere, and leave nothing behind", async () => {
    const cluster = await startJobCluster();
    const client = await filled(cluster);
    const small = cluster.connect({ replicateEverywhere: ["genres"] });
    await small.createIndex("genres", { primaryKey: "id" }).waitTask();
    await small.index("genres").addDocuments(documents.slice(0, 20)).waitTask();
    const wish: Wish = { kind: "node add", nodes: [server("new", cluster.spares[0])] };
    const plan = await planJob(cluster.config, wish);
    expect(plan.copies).toMatchObject({ replicas: 8, documents: expect.any(Number) });
    const job = await startJob(cluster.config, wish, { plan });
    expect(job).toMatchObject({ state: "done", phase: "finishing", purges: [], step: plan.steps.length });
    expect(await copies(cluster)).toBe(800);
    expect(await copies(cluster, "genres")).toBe(80);
    expect((await client.index(UID).search("", { limit: 1000 })).hits).toHaveLength(400);
    const emptied = await startJob(cluster.config, { kind: "node drain", node: "new" });
    expect(emptied).toMatchObject({ state: "done" });
    expect(await copies(cluster)).toBe(800);
    expect(await copies(cluster, "genres")).toBe(60);
    expect((await cluster.topology()).joining).toEqual(["new"]);
  });

  it("repair first what owners differ about though nobody knew of it", async () => {
    const cluster = await startJobCluster();
    const client = await filled(cluster);
    // As a writer leaves it that died between two owners: one has the write, and nothing was written down.
    const [first] = cluster.nodes;
    const direct = new Meilisearch({ host: first?.url ?? "", apiKey: MASTER_KEY });
    const { results } = await direct.index(UID).getDocuments({ limit: 1000 });
    const stamp = encodeStamp({ timeMs: Date.now(), sequence: 0, derived: false, writer: 1 });
    const halfWritten = results.map((document) => ({ ...document, title: "half written", _miroir_version: stamp }));
    await direct.index(UID).addDocuments(halfWritten).waitTask();
    const wish: Wish = { kind: "node add", nodes: [server("new", cluster.spares[0])] };
    const config = { ...cluster.config, writeTimeoutMs: 600 };
    const job = await startJob(config, wish);
    expect(job, job.error).toMatchObject({ state: "done" });
    expect(job.history.map(({ text }) => text).join()).toContain("copies differed");
    const { results: moved } = await client.index(UID).getDocuments({ limit: 1000 });
    expect(moved).toHaveLength(400);
    const { isSound } = await verifyCluster(config, { content: true, repair: true }); // of the shards that did not move too
    expect(isSound).toBe(true);
  });

  it("delete what lies where it does not belong, when copies are verified and repaired", async () => {
    const cluster = await startJobCluster({ replicationFactor: 1 });
    await filled(cluster);
    // As a process leaves it whose request was late: a node has documents of a shard that moved away from it.
    const [first, second] = cluster.nodes.map(({ url }) =>
      new Meilisearch({ host: url, apiKey: MASTER_KEY }).index(UID),
    );
    const { results: foreign } = (await second?.getDocuments({ limit: 1000 })) ?? { results: [] };
    await first?.addDocuments(foreign).waitTask();
    const report = await verifyCluster(cluster.config, { repair: true });
    expect(report.indexes).toMatchObject([{ shards: [], strays: [{ node: "node-0", documents: foreign.length }] }]);
    expect(report).toMatchObject({ isSound: true, swept: foreign.length });
    expect(await copies(cluster)).toBe(400);
    expect(await verifyCluster(cluster.config, { repair: true })).toMatchObject({ isSound: true, swept: 0 });
  });

  it("replace a node that is dead, from the other owners", async () => {
    const cluster = await startJobCluster();
    const client = await filled(cluster);
    await cluster.nodes[1]?.crash({ keepData: true });
    await client
      .index(UID)
      .addDocuments([{ id: 5000, title: "Movie written meanwhile" }])
      .waitTask();
    const wish: Wish = { kind: "node replace", node: "node-1", by: server("new", cluster.spares[0]) };
    const job = await startJob(cluster.config, wish);
    expect(job, job.error).toMatchObject({ state: "done" });
    expect((await cluster.topology()).nodes.map(({ id }) => id)).toEqual(["node-0", "node-2", "new"]);
    const answer = await cluster.connect().index(UID).search("", { limit: 1000 });
    expect(answer.hits).toHaveLength(401);
    await eventually(async () => expect(await verifyCluster(cluster.config)).toMatchObject({ isSound: true }));
  });

  it("pause in good order, go on where they were, and let no other job begin meanwhile", async () => {
    const cluster = await startJobCluster();
    await filled(cluster);
    const wish: Wish = { kind: "node add", nodes: [server("new", cluster.spares[0])] };
    const started = startJob(cluster.config, wish, { documentsPerSecond: 40 });
    const job = await eventually(async () => {
      const now = await jobStatus(cluster.config);
      expect(now).toMatchObject({ state: "running", phase: "copying" });
      return now;
    });
    await expect(startJob(cluster.config, { kind: "rf set", replicationFactor: 1 })).rejects.toMatchObject({
      code: "miroir_job_conflict",
      message: expect.stringContaining(job.id),
    });
    expect(await pauseJob(cluster.config, job.id)).toMatchObject({ state: "paused" });
    expect(await started).toMatchObject({ state: "paused", step: 0 });
    expect((await cluster.topology()).change).toBeUndefined();
    await expect(startJob(cluster.config, { kind: "rf set", replicationFactor: 1 })).rejects.toMatchObject({
      message: expect.stringContaining(`miroir job resume ${job.id}`),
    });
    expect((await listJobs(cluster.config)).map(({ id }) => id)).toEqual([job.id]);
    const interrupted = new AbortController();
    const resumed = resumeJob(cluster.config, job.id, { signal: interrupted.signal });
    await eventually(async () => expect((await cluster.topology()).change).toBeDefined());
    interrupted.abort();
    expect(await resumed).toMatchObject({ state: "paused" });
    expect((await cluster.topology()).change?.phase).not.toBe("holding");
    expect(await cancelJob(cluster.config)).toMatchObject({ state: "cancelled" });
  });

  it("take back what is not in force yet when they are cancelled", async () => {
    const cluster = await startJobCluster();
    const client = await filled(cluster);
    const before = await cluster.topology();
    const wish: Wish = { kind: "node add", nodes: [server("new", cluster.spares[0])] };
    const started = startJob(cluster.config, wish, { documentsPerSecond: 40 });
    await eventually(async () =>
      expect(await cluster.countOn(cluster.spares[0] as EmbeddedNode, UID)).toBeGreaterThan(0),
    );
    expect(await cancelJob(cluster.config)).toMatchObject({ state: "cancelled", purges: [] });
    expect(await started).toMatchObject({ state: "cancelled" });
    expect({ ...(await cluster.topology()), epoch: 0 }).toEqual({ ...before, epoch: 0 });
    expect(await copies(cluster)).toBe(800);
    expect((await client.index(UID).search("", { limit: 1000 })).hits).toHaveLength(400);
  });

  it("refuse nodes without a master key, unless that is taken", async () => {
    const cluster = await startJobCluster({ isGuarded: false });
    await filled(cluster);
    const wish: Wish = { kind: "node add", nodes: [server("new", cluster.spares[0])] };
    await expect(startJob(cluster.config, wish)).rejects.toMatchObject({
      code: "miroir_invalid_config",
      message: expect.stringContaining("`--unfenced`"),
    });
    expect(await listJobs(cluster.config)).toEqual([]);
    expect(await startJob(cluster.config, wish, { unfenced: true })).toMatchObject({ state: "done" });
  });

  it("leave no API key behind", async () => {
    const cluster = await startJobCluster();
    const client = await filled(cluster);
    const before = await client.getKeys();
    await startJob(cluster.config, { kind: "node add", nodes: [server("new", cluster.spares[0])] });
    expect((await client.getKeys()).results).toEqual(before.results);
  });

  it("are refused for a cluster whose state is on its nodes, with the way to a store", async () => {
    const { nodes } = await startJobCluster();
    const config = { nodes: nodes.map(({ url }) => url) };
    await expect(startJob(config, { kind: "rebalance" })).rejects.toMatchObject({
      code: "miroir_invalid_config",
      message: expect.stringContaining("`miroir init --from-nodes --store ADDRESS`"),
    });
  });
});
