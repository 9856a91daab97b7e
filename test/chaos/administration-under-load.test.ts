import { describe, expect, it } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import type { MiroirClient } from "../../src/index.ts";
import { repairCluster } from "../../src/jobs/index.ts";
import { type ChaosLoad, startLoad, UID } from "../support/chaos-load.ts";
import { eventually } from "../support/eventually.ts";
import { OnceWriter } from "../support/once-writer.ts";
import { printedSeed } from "../support/printed-seed.ts";
import { type ChaosNode, startProcessCluster } from "../support/process-cluster.ts";
import { TIME_FACTOR } from "../support/real-servers.ts";

const seed = printedSeed("administration under load");
const ROUNDS = 4;

/** Documents of writers have higher numbers. */
const FIRST_WRITTEN = 1000;

async function idsIn(client: MiroirClient, uid: string): Promise<number[]> {
  const { results } = await client.index(uid).getDocuments<{ id: number }>({ limit: 100_000 });
  return results.map(({ id }) => id).sort((a, b) => a - b);
}

/** Creates an index with one document. */
async function create(client: MiroirClient, uid: string, id: number): Promise<void> {
  await client.createIndex(uid, { primaryKey: "id" }).waitTask();
  await client.index(uid).addDocuments([{ id }]).waitTask();
}

/** Swaps two indexes, renames a third, and deletes and creates a fourth. */
async function change(client: MiroirClient, round: number): Promise<void> {
  const tasks = [
    client.swapIndexes([{ indexes: ["left", "right"], rename: false }]),
    client.swapIndexes([{ indexes: [`name-${round}`, `name-${round + 1}`], rename: true }]),
    client.deleteIndex("fresh"),
  ];
  for (const task of tasks) expect(await task.waitTask()).toMatchObject({ status: "succeeded" });
  await create(client, "fresh", round + 1);
}

/** Names stand for what they should, and swapped indexes have what was written to them and nothing else. */
async function expectNames(client: MiroirClient, writers: readonly OnceWriter[]): Promise<void> {
  const { results } = await client.getIndexes({ limit: 100 });
  expect(results.map(({ uid }) => uid).sort()).toEqual(["fresh", "left", UID, `name-${ROUNDS}`, "right"]);
  expect(await idsIn(client, "fresh")).toEqual([ROUNDS]);
  expect(await idsIn(client, `name-${ROUNDS}`)).toEqual([2]);
  const [left, right] = [await idsIn(client, "left"), await idsIn(client, "right")];
  expect([left[0], right[0]]).toEqual(ROUNDS % 2 === 0 ? [0, 1] : [1, 0]);
  const written = [...left, ...right].filter((id) => id >= FIRST_WRITTEN);
  const found = new Set(written);
  expect(found.size).toBe(written.length);
  expect(writers.flatMap(({ acknowledged }) => [...acknowledged]).filter((id) => !found.has(id))).toEqual([]);
  const isSent = (id: number) => writers.some(({ acknowledged, unknown }) => acknowledged.has(id) || unknown.has(id));
  expect(written.filter((id) => !isSent(id))).toEqual([]);
}

/**
 * Before the first change that it misses, while the last of them is made, and in the middle of changes of which it has
 * accepted some: those end without it.
 */
const [KILLED, BACK, BROKEN_OFF] = [1, 2, 3];

/** What happens while names are changed for the nth time. */
async function meanwhile(round: number, victim: ChaosNode | undefined, { pass }: ChaosLoad): Promise<void> {
  await pass(5);
  if (round === BACK) await victim?.restart();
  if (round === BROKEN_OFF) await victim?.kill();
}

describe(`administration under load, with a node killed meanwhile and back (SEED=${seed})`, () => {
  it("loses nothing, brings nothing back, and leaves the names as they should be", {
    timeout: 120_000 * TIME_FACTOR,
  }, async () => {
    const random = seededRandom(seed);
    const cluster = await startProcessCluster();
    const admin = cluster.connect();
    const first = ["left", "right", "name-0", "fresh"];
    await Promise.all(first.map((uid, id) => create(admin, uid, id)));
    const load = await startLoad(cluster, seed);
    const clients = ["left", "right"].map((uid) => ({ uid, client: cluster.connect() }));
    const writers = clients.map(({ client, uid }) => new OnceWriter(client, uid));
    for (const [position, writer] of writers.entries()) writer.start(FIRST_WRITTEN * (position + 1));
    const victim = cluster.nodes[Math.floor(random() * 3)];
    for (let round = 0; round < ROUNDS; round++) {
      if (round === KILLED) await victim?.kill();
      await Promise.all([change(admin, round), meanwhile(round, victim, load)]);
    }
    await victim?.restart();
    for (const writer of writers) await writer.stop();
    await eventually(async () => expect(await repairCluster(cluster.config)).toEqual([]), 20_000);
    await load.expectSound();
    for (const client of [admin, ...clients.map((each) => each.client), cluster.connect()]) {
      for (const preference of ["a", "b", "c"]) await expectNames(client.with({ preference, partial: false }), writers);
    }
  });
});
