import { Meilisearch } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import { MiroirClient, metaOf, type StaticClusterConfig } from "../../src/index.ts";
import { startTestCluster, type TestNode } from "../../src/testing/index.ts";
import type { DocumentState } from "../support/document-register.ts";
import { eventually } from "../support/eventually.ts";
import { SteadyWriters } from "../support/steady-writers.ts";
import { unpaidDebts } from "../support/unpaid-debts.ts";

const UID = "movies";
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`killed nodes: SEED=${seed}\n`);

/** Documents that nobody writes to any more: they must be found at any moment. */
const WITNESSES = Array.from({ length: 60 }, (_, position) => ({ id: 1000 + position, witness: true }));

interface Setting {
  readonly nodes: readonly TestNode[];
  /** The official client for each node. */
  readonly directs: readonly Meilisearch[];
  readonly client: MiroirClient;
  readonly writers: SteadyWriters;
  connect(settings?: Partial<StaticClusterConfig>): MiroirClient;
}

/** Three nodes in processes of their own, each shard on two of them, and writers at work. */
async function setUp(random: () => number): Promise<Setting> {
  const cluster = await startTestCluster({ processes: true, source: "embedded", nodes: 3, replicationFactor: 2 });
  onTestFinished(() => cluster.close());
  // Requests land within 600 ms here, so debts are paid soon.
  const config = { ...cluster.config, shards: 16, attemptTimeoutMs: 400, writeTimeoutMs: 600 };
  const connect = (settings: Partial<StaticClusterConfig> = {}) => {
    const client = new MiroirClient({ ...config, defaultWaitOptions: { timeout: 20_000, interval: 5 }, ...settings });
    onTestFinished(() => client.close());
    return client;
  };
  const client = connect();
  await client.index(UID).addDocuments(WITNESSES, { primaryKey: "id" }).waitTask();
  const writers = new SteadyWriters({ client, uid: UID, random, writers: 4, documentsPerWriter: 25 });
  const directs = cluster.nodes.map(({ url }) => new Meilisearch({ host: url, apiKey: config.apiKey ?? "" }));
  return { nodes: cluster.nodes, directs, client, writers, connect };
}

/** Kills a node while a write is on its way to it. */
async function killDuringWrite(victim: TestNode, { writers }: Setting, afterWrites: number): Promise<void> {
  const last = writers.sent + afterWrites;
  await new Promise<void>((resolve, reject) => {
    writers.onSent = () => {
      if (writers.sent === last) victim.kill().then(resolve, reject);
    };
  });
}

/** Until so many more writes were acknowledged, every search is complete. */
async function searchWhileWriting({ client, writers }: Setting, writes: number): Promise<void> {
  const enough = writers.acknowledged + writes;
  while (writers.acknowledged < enough) {
    expect(writers.surprises).toEqual([]);
    const answer = await client.index(UID).search("", { limit: 1000 });
    const found = new Set(answer.hits.map((hit) => hit["id"]));
    expect(WITNESSES.filter(({ id }) => !found.has(id))).toEqual([]);
    expect(metaOf(answer)).toMatchObject({ coverage: { missing: [] } });
  }
}

/** Every owner of a document has the same, and nothing but what the register allows is on the nodes. */
async function expectAgreement({ directs, writers }: Setting): Promise<void> {
  const copiesById = new Map<number, Record<string, unknown>[]>();
  for (const direct of directs) {
    const { results } = await direct.index(UID).getDocuments({ limit: 10_000 });
    for (const copy of results) {
      const id = copy["id"] as number;
      copiesById.set(id, [...(copiesById.get(id) ?? []), copy]);
    }
  }
  for (const [id, copies] of copiesById) {
    expect(copies, `document ${id}`).toHaveLength(2);
    expect(copies[1], `document ${id}`).toEqual(copies[0]);
  }
  expect(WITNESSES.filter(({ id }) => !copiesById.has(id))).toEqual([]);
  for (const id of writers.register.ids) writers.expectAllowed(id, logical(copiesById.get(id)?.[0]), "on its nodes");
}

function logical(copy: Record<string, unknown> | undefined): DocumentState {
  return copy && Object.fromEntries(Object.entries(copy).filter(([name]) => !name.startsWith("_miroir_")));
}

/** What another process finds, whichever replicas it asks. */
async function expectSeenBy(other: MiroirClient, { writers }: Setting): Promise<void> {
  for (const preference of ["a", "b", "c", "d"]) {
    const view = other.with({ preference, partial: false }).index(UID);
    const { results } = await view.getDocuments({ limit: 10_000 });
    const { hits } = await view.search("", { limit: 1000 });
    for (const documents of [results, hits]) {
      const byId = new Map(documents.map((document) => [document["id"], document]));
      for (const id of writers.register.ids) writers.expectAllowed(id, byId.get(id), `to view ${preference}`);
    }
  }
}

describe(`a process that is killed during writes and comes back with its data (SEED=${seed})`, () => {
  it("leads to no acknowledged write lost, no deleted document back, and replicas that agree", async () => {
    const random = seededRandom(seed);
    const setting = await setUp(random);
    const { nodes, directs, writers, connect } = setting;
    const victims = [...nodes].sort(() => random() - 0.5);
    for (const victim of victims) {
      writers.start();
      await killDuringWrite(victim, setting, 5 + Math.floor(random() * 20));
      await searchWhileWriting(setting, 30);
      await victim.restart();
      await searchWhileWriting(setting, 10);
      await writers.stop();
      await eventually(async () => expect(await unpaidDebts(directs)).toEqual([]), 20_000);
      await expectAgreement(setting);
      expect(writers.surprises).toEqual([]);
    }
    await expectSeenBy(connect({ repair: false }), setting);
    expect(writers.surprises).toEqual([]);
  }, 60_000);
});
