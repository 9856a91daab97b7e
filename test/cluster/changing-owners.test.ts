import { describe, expect, it, onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology, type OwnerChange, parseTopology, type Topology } from "../../src/cluster/topology.ts";
import type { JsonValue } from "../../src/core/types.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, type StateStore } from "../../src/index.ts";
import { idHash, loadHasher } from "../../src/routing/shard.ts";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import { MASTER_KEY, startNodes } from "../support/cluster.ts";

const SHARDS = 16;

/** A cluster in a store, and the way to say in it which owners change. */
async function setUp() {
  const nodes = await startNodes(2);
  const memory = memoryStore();
  const store = memory.open();
  const config = { nodes: nodes.map(({ url }) => url), shards: SHARDS, replicationFactor: 1 };
  const hasher = await loadHasher();
  await putIntoStore(store, buildTopology({ ...toClusterConfig(config), clusterId: "c" }, hasher), []);
  const connect = (settings: object = {}) => {
    const client = new MiroirClient({ topology: memory.open(), apiKey: MASTER_KEY, ...settings });
    onTestFinished(() => client.close());
    return client;
  };
  const shardOf = (id: string) => idHash(hasher, id) & (SHARDS - 1);
  return { store, connect, shardOf };
}

async function publish(store: StateStore, change?: Pick<OwnerChange, "phase" | "shards">): Promise<void> {
  const { change: _, ...rest } = parseTopology((await store.get("topology"))?.value);
  const next: Topology = {
    ...{ ...rest, epoch: rest.epoch + 1 },
    ...(change && { change: { job: "job-1", everywhere: false, ...change } }),
  };
  await store.put("topology", next as unknown as JsonValue);
}

/** Whether work has ended by the time that other work has. */
async function isDoneBefore(work: Promise<unknown>, other: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), other.then(() => false)]);
}

describe("while shards change owners", () => {
  it("holds the writes of these shards back, in their order, and sends them when the change is done", async () => {
    const { store, connect, shardOf } = await setUp();
    const index = connect().index("movies");
    await index.addDocuments([{ id: 1, title: "first" }], { primaryKey: "id" }).waitTask();
    const held = shardOf("1");
    const other = Array.from({ length: 50 }, (_, id) => id).find((id) => shardOf(`${id}`) !== held) ?? 0;

    await publish(store, { phase: "copying", shards: [held] });
    await index.addDocuments([{ id: 1, title: "while copying" }]).waitTask();

    await publish(store, { phase: "holding", shards: [held] });
    const elsewhere = connect().index("movies");
    await elsewhere.addDocuments([{ id: other, title: "elsewhere" }]).waitTask();
    const waiting = [
      elsewhere.addDocuments([{ id: 1, title: "held" }]),
      elsewhere.updateDocuments([{ id: 1, year: 7 }]),
    ];
    const search = index.search("", { limit: 100 });
    expect(await isDoneBefore(Promise.all(waiting), search)).toBe(false);
    expect((await search).hits.map(({ title }) => title).sort()).toEqual(["elsewhere", "while copying"]);

    await publish(store);
    for (const { taskUid } of await Promise.all(waiting)) await elsewhere.tasks.waitForTask(taskUid);
    expect(await elsewhere.getDocument(1)).toEqual({ id: 1, title: "held", year: 7 });
  });

  it("gives up a write that is held for longer than it has time, and writes nothing", async () => {
    const { store, connect, shardOf } = await setUp();
    const index = connect({ writeTimeoutMs: 1000 }).index("movies");
    await index.addDocuments([{ id: 1, title: "first" }], { primaryKey: "id" }).waitTask();
    await publish(store, { phase: "holding", shards: [shardOf("1")] });
    const given = connect({ writeTimeoutMs: 300 })
      .index("movies")
      .addDocuments([{ id: 1, title: "second" }]);
    await expect(given).rejects.toMatchObject({
      code: "miroir_shards_held",
      message: expect.stringContaining("300 ms"),
    });
    await publish(store);
    expect(await index.getDocument(1)).toEqual({ id: 1, title: "first" });
  });

  it.each(["holding", "switched"] as const)("goes on when nobody drives a change that is %s", async (phase) => {
    const { store, connect, shardOf } = await setUp();
    const index = connect().index("movies");
    await index.addDocuments([{ id: 1, title: "first" }], { primaryKey: "id" }).waitTask();
    const driver = await store.lease("driver", { holder: "a driver", ttlMs: 2500 });
    await publish(store, { phase, shards: [shardOf("1")] });
    const waiting = index.addDocuments([{ id: 1, title: "held" }]).waitTask();
    expect(await store.lease("driver", { holder: "another", ttlMs: 1000 })).toBeUndefined();
    await waiting;
    expect(await index.getDocument(1)).toEqual({ id: 1, title: "held" });
    expect(parseTopology((await store.get("topology"))?.value).change).toBeUndefined();
    const changes = [{ key: "fenced", value: 1 }];
    expect(await store.commit(changes, driver && { fence: driver })).toMatchObject({ ok: false, reason: "fenced" });
  });

  it("lets edits by function wait from the first copy on", async () => {
    const { store, connect, shardOf } = await setUp();
    const client = connect();
    await client.updateExperimentalFeatures({ editDocumentsByFunction: true });
    const index = client.index("movies");
    await index.addDocuments([{ id: 1, title: "first" }], { primaryKey: "id" }).waitTask();
    await publish(store, { phase: "copying", shards: [shardOf("1")] });
    const hasty = connect({ writeTimeoutMs: 400 }).index("movies");
    const edit = { function: "doc.title = `edited`" };
    await expect(hasty.updateDocumentsByFunction(edit)).rejects.toMatchObject({ code: "miroir_shards_held" });
    await publish(store);
    await index.updateDocumentsByFunction(edit).waitTask();
    expect(await index.getDocument(1)).toEqual({ id: 1, title: "edited" });
  });
});

describe("a store that is behind the nodes", () => {
  it("is refused by every process that starts", async () => {
    const { store, connect } = await setUp();
    await connect().health();
    await connect()
      .index("movies")
      .addDocuments([{ id: 1 }], { primaryKey: "id" })
      .waitTask();
    const { epoch, ...rest } = parseTopology((await store.get("topology"))?.value);
    await store.put("topology", { ...rest, epoch: epoch - 1 } as unknown as JsonValue);
    await expect(connect().index("movies").search("")).rejects.toMatchObject({ code: "miroir_store_rolled_back" });
  });
});
