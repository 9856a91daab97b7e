import { describe, expect, it } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import { verifyCluster } from "../../src/jobs/index.ts";
import { clientsOver, configOf, startNodes } from "../support/cluster.ts";
import { SteadyWriters } from "../support/steady-writers.ts";

const UID = "movies";
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`verify under writes: SEED=${seed}\n`);

/** Documents that nobody writes to. */
const WITNESSES = Array.from({ length: 60 }, (_, position) => ({ id: 1000 + position, witness: true }));

/** Three nodes that apply what they take at different speeds, so that copies differ at any moment, and writers at work. */
async function setUp() {
  const nodes = [
    ...(await startNodes(1, { taskDelayMs: 40 })),
    ...(await startNodes(1, { taskDelayMs: 5 })),
    ...(await startNodes(1)),
  ];
  const settings = { attemptTimeoutMs: 300, writeTimeoutMs: 500 };
  const cluster = clientsOver(
    configOf(
      nodes.map(({ url }) => url),
      { settings },
    ),
  );
  await cluster.client.index(UID).addDocuments(WITNESSES, { primaryKey: "id" }).waitTask();
  const writing = { uid: UID, random: seededRandom(seed), writers: 3, documentsPerWriter: 25 };
  // Another process, of whose writes on their way this one knows nothing.
  const others = new SteadyWriters({ ...writing, client: cluster.connect(), firstDocument: 500 });
  const writers = new SteadyWriters({ ...writing, client: cluster.client });
  return { cluster, all: [writers, others] };
}

describe(`verifyCluster() while clients write (SEED=${seed})`, () => {
  it("gives no false alarm, and finds the copy that was lost all the same", async () => {
    const { cluster, all } = await setUp();
    for (const writers of all) writers.start();
    for (const content of [false, true]) {
      const { indexes } = await verifyCluster(cluster.config, { content });
      expect(indexes).toMatchObject([{ uid: UID, shards: [], strays: [], untagged: [] }]);
    }
    const [victim] = await Promise.all(
      cluster.directs.map((direct) => direct.index(UID).getDocuments({ ids: [1007] })),
    ).then((held) => held.flatMap(({ results }, node) => (results.length > 0 ? [node] : [])));
    await cluster.directs[victim ?? 0]?.index(UID).deleteDocument(1007).waitTask();
    const { indexes } = await verifyCluster(cluster.config);
    const examples = indexes.flatMap(({ shards }) => shards.flatMap((shard) => shard.examples));
    expect(examples).toEqual([{ id: "1007", node: `node-${victim}`, kind: "missing" }]);
    for (const writers of all) await writers.stop();
    expect(all.every(({ acknowledged }) => acknowledged > 0)).toBe(true);
  }, 60_000);

  it("leaves what clients write alone when it repairs", async () => {
    const { cluster, all } = await setUp();
    const [writers] = all;
    writers?.start();
    for (const direct of cluster.directs.slice(0, 1))
      await direct.index(UID).deleteDocuments([1000, 1001, 1002, 1003]).waitTask();
    const { open } = await verifyCluster(cluster.config, { repair: true });
    expect(open).toEqual([]);
    await writers?.stop();
    expect(writers?.surprises).toEqual([]);
    const { isSound } = await verifyCluster(cluster.config, { content: true });
    expect(isSound).toBe(true);
    const { results } = await cluster.connect().index(UID).getDocuments({ limit: 10_000 });
    const byId = new Map(results.map((document) => [document["id"], document]));
    for (const id of writers?.register.ids ?? []) writers?.expectAllowed(id, byId.get(id), "after the repair");
    expect(writers?.surprises).toEqual([]);
    for (const { id } of WITNESSES) expect(byId.get(id)).toEqual({ id, witness: true });
  }, 60_000);
});
