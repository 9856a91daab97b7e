import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { putState } from "../../../src/execute/state-index.ts";
import { HybridClock } from "../../../src/routing/stamp.ts";
import { type MemoryCluster, memoryCluster, rowOf } from "../../support/memory-cluster.ts";
import { answer, failure, refusal } from "../../support/memory-transport.ts";
import { StateNodes } from "../../support/state-nodes.ts";

const stampAt = (timeMs: number) => new HybridClock({ now: () => timeMs, writer: 7 }).next(false);

async function setUp(): Promise<MemoryCluster & { state: StateNodes }> {
  const state = new StateNodes();
  const memory = await memoryCluster(state.script, { table: [["a", "b"]] });
  for (const node of memory.cluster.topology.nodes) state.of(node).documents = new Map();
  return { ...memory, state };
}

/** Another process writes a row to one node. */
async function writeElsewhere({ cluster }: MemoryCluster, node: string, value: object): Promise<void> {
  const info = cluster.nodesById.get(node);
  if (info === undefined) throw new Error(`no node ${node}`);
  const uid = "uid" in value ? String(value.uid) : "x";
  await putState(cluster.operator, info, [{ id: `index_${uid}`, kind: "index", value: value as JsonObject }]);
}

describe("IndexRegistry", () => {
  it("puts a row on every node, and finds it at once", async () => {
    const memory = await setUp();
    const { registry, topology } = memory.cluster;
    await registry.put(rowOf("movies"));
    expect(registry.peek("movies")).toEqual(rowOf("movies"));
    for (const node of topology.nodes) expect(memory.state.recordsOf(node)).toEqual([rowOf("movies")]);
  });

  it("names the nodes that did not take a row", async () => {
    const memory = await setUp();
    memory.state.override = ({ node }) => (node.id === "b" ? failure("reset") : undefined);
    await expect(memory.cluster.registry.put(rowOf("movies"))).rejects.toMatchObject({
      code: "miroir_store_unavailable",
      attempts: [{ node: "b" }],
    });
  });

  it("asks the nodes for an index that it does not know, over checked connections only", async () => {
    const memory = await setUp();
    await writeElsewhere(memory, "b", rowOf("movies"));
    const before = memory.transport.sent.length;
    expect(await memory.cluster.registry.find("movies")).toEqual(rowOf("movies"));
    expect(memory.transport.sent.slice(before).some(({ unchecked }) => unchecked === true)).toBe(false);
  });

  it("does not call an index missing when no node shows its rows", async () => {
    const memory = await setUp();
    memory.state.override = () => failure("unreachable");
    await expect(memory.cluster.registry.find("movies")).rejects.toMatchObject({ code: "miroir_store_unavailable" });
    memory.state.override = () => refusal(404, "index_not_found");
    expect(await memory.cluster.registry.find("movies")).toBeUndefined();
  });

  it("asks suspects rather than nobody", async () => {
    const memory = await setUp();
    await writeElsewhere(memory, "a", rowOf("movies"));
    for (const id of ["a", "b"]) memory.cluster.health.distrust(id, "was down");
    expect(await memory.cluster.registry.find("movies")).toEqual(rowOf("movies"));
  });

  it("asks a suspect when none of the others shows its records", async () => {
    const memory = await setUp();
    await writeElsewhere(memory, "a", rowOf("movies"));
    memory.cluster.health.distrust("a", "was down when it was asked last");
    memory.state.override = ({ node }) => (node.id === "b" ? failure("identity") : undefined);
    expect(await memory.cluster.registry.find("movies")).toEqual(rowOf("movies"));
  });

  it("lets several callers share one read", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await Promise.all([registry.find("x"), registry.find("y"), registry.list()]);
    expect(memory.transport.sent).toHaveLength(2);
  });

  it("keeps the row with the highest stamp, whichever node shows it", async () => {
    const memory = await setUp();
    await writeElsewhere(memory, "a", rowOf("movies", { stamp: stampAt(20), settingsVersion: 2 }));
    await writeElsewhere(memory, "b", rowOf("movies", { stamp: stampAt(10) }));
    expect(await memory.cluster.registry.find("movies")).toMatchObject({ settingsVersion: 2 });
  });

  it("reads old rows again in the background, without delaying the call that finds them old", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await registry.put(rowOf("movies"));
    await writeElsewhere(memory, "a", rowOf("movies", { stamp: stampAt(20), settingsVersion: 2 }));
    await memory.clock.advance(2001);
    expect(await registry.find("movies")).toMatchObject({ settingsVersion: 1 });
    await memory.clock.advance(0);
    expect(registry.peek("movies")).toMatchObject({ settingsVersion: 2 });
  });

  it("lets the first call after a while wait for a silent node, and those that find its read late go on", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await registry.put(rowOf("movies"));
    await memory.clock.advance(4001);
    memory.state.override = ({ node }) => (node.id === "b" ? "hang" : undefined);
    const waits: string[] = [];
    const find = (name: string) => registry.find("movies").then(() => waits.push(name));
    const first = find("first");
    await memory.clock.advance(300);
    const second = find("second");
    await memory.clock.advance(199);
    expect(waits).toEqual([]);
    await memory.clock.advance(1);
    await Promise.all([first, second]);
    await find("late");
    expect(waits).toEqual(["first", "second", "late"]);
  });

  it("waits for records after a while though it could not read them before, and not while they cannot be read", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await registry.put(rowOf("movies"));
    memory.state.override = () => failure("unreachable");
    await memory.clock.advance(4001);
    await registry.find("movies");
    memory.state.override = () => undefined;
    for (const node of ["a", "b"])
      await writeElsewhere(memory, node, rowOf("movies", { stamp: stampAt(20), settingsVersion: 2 }));
    expect(await registry.find("movies")).toMatchObject({ settingsVersion: 1 });
    memory.state.override = () => failure("unreachable");
    await registry.refreshNow().catch(() => undefined);
    memory.state.override = () => undefined;
    for (const node of ["a", "b"])
      await writeElsewhere(memory, node, rowOf("movies", { stamp: stampAt(30), settingsVersion: 3 }));
    await memory.clock.advance(4001);
    expect(await registry.find("movies")).toMatchObject({ settingsVersion: 3 });
  });

  it("confirms a row with one node, a different one each time, and learns everything anew when it changed", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await registry.put(rowOf("movies"));
    for (const node of ["a", "b"]) await writeElsewhere(memory, node, rowOf("movies"));
    const before = memory.transport.sent.length;
    await registry.confirm("movies");
    await registry.confirm("movies");
    expect(new Set(memory.transport.sent.slice(before).map(({ node }) => node.id))).toEqual(new Set(["a", "b"]));
    expect(memory.transport.sent).toHaveLength(before + 2);
    for (const node of ["a", "b"]) {
      await writeElsewhere(memory, node, rowOf("movies", { stamp: stampAt(20), deleted: true }));
      await writeElsewhere(memory, node, rowOf("films", { stamp: stampAt(20), origin: "movies" }));
    }
    await registry.confirm("movies");
    expect(registry.peek("movies")).toBeUndefined();
    expect(registry.peek("films")).toBeDefined();
  });

  it("lets those who confirm a row at the same time share the read that begins next", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await registry.put(rowOf("movies"));
    const before = memory.transport.sent.length;
    await Promise.all(Array.from({ length: 10 }, () => registry.confirm("movies")));
    expect(memory.transport.sent).toHaveLength(before + 1);
  });

  it("keeps a row of its own that the nodes do not show yet", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await registry.put(rowOf("movies", { stamp: stampAt(20) }));
    for (const node of ["a", "b"]) await writeElsewhere(memory, node, rowOf("movies", { deleted: true }));
    await registry.confirm("movies");
    expect(registry.peek("movies")).toBeDefined();
    for (const node of memory.cluster.topology.nodes) memory.state.of(node).documents?.clear();
    await registry.confirm("movies");
    expect(registry.peek("movies")).toBeDefined();
  });

  it("confirms a row with the next node when one fails, or says nothing, and with none when all fail", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await registry.put(rowOf("movies"));
    await writeElsewhere(memory, "b", rowOf("movies", { stamp: stampAt(20), settingsVersion: 2 }));
    memory.state.override = ({ node }) => (node.id === "a" ? failure("unreachable") : undefined);
    for (let turn = 0; turn < 2; turn++) await registry.confirm("movies");
    expect(registry.peek("movies")).toMatchObject({ settingsVersion: 2 });
    memory.state.override = () => failure("unreachable");
    await registry.confirm("movies");
    expect(registry.peek("movies")).toMatchObject({ settingsVersion: 2 });
    memory.state.override = ({ node, path }) =>
      node.id === "a" && path.endsWith("/index_movies") ? "hang" : undefined;
    await writeElsewhere(memory, "b", rowOf("movies", { stamp: stampAt(30), settingsVersion: 3 }));
    for (let turn = 0; turn < 2; turn++) {
      const confirmed = registry.confirm("movies");
      await memory.clock.advance(100);
      await confirmed;
    }
    expect(registry.peek("movies")).toMatchObject({ settingsVersion: 3 });
    expect(memory.transport.inFlight).toBe(0);
  });

  it("survives rows that it cannot read in the background, and reports them to who waits", async () => {
    const memory = await setUp();
    const { registry } = memory.cluster;
    await registry.put(rowOf("movies"));
    await writeElsewhere(memory, "a", { uid: "odd" });
    await memory.clock.advance(2001);
    expect(await registry.find("movies")).toBeDefined();
    await memory.clock.advance(0);
    await expect(registry.list()).rejects.toThrow();
  });

  it("lists existing indexes by uid in byte order, without deleted ones", async () => {
    const memory = await setUp();
    for (const uid of ["b", "a", "B"]) await writeElsewhere(memory, "a", rowOf(uid));
    await writeElsewhere(memory, "a", rowOf("c", { deleted: true }));
    expect((await memory.cluster.registry.list()).map(({ uid }) => uid)).toEqual(["B", "a", "b"]);
    expect(memory.cluster.registry.peek("c")).toBeUndefined();
  });

  it("stamps what comes after a row above it, though this clock is behind", async () => {
    const memory = await setUp();
    const ahead = stampAt(memory.clock.now() + 60_000);
    await writeElsewhere(memory, "a", rowOf("movies", { stamp: ahead, deleted: true }));
    await memory.cluster.registry.find("movies");
    expect(memory.cluster.stamps.next(false) > ahead).toBe(true);
  });

  it("learns the debts that other processes wrote down, each once", async () => {
    const memory = await setUp();
    const { registry, debts, operator, topology, stamps } = memory.cluster;
    const debt = { index: "movies", shard: 0, node: "b", ids: ["x"], stamp: stamps.next(false) };
    for (const node of topology.nodes) {
      await putState(operator, node, [{ id: "debt_1", kind: "debt", value: { debts: [debt] } }]);
    }
    await registry.refresh();
    await registry.refresh();
    expect(debts.ledger.list()).toEqual([debt]);
  });

  it("does not learn its own debts a second time", async () => {
    const memory = await setUp();
    const { registry, debts, stamps } = memory.cluster;
    await debts.record([{ index: "movies", shard: 0, node: "b", ids: ["x"], stamp: stamps.next(false) }]);
    await registry.refresh();
    expect(debts.ledger.list()).toHaveLength(1);
  });

  it("leaves out debts of a deleted index, and of an earlier one of the same name", async () => {
    const memory = await setUp();
    const { registry, debts, operator, topology, stamps } = memory.cluster;
    const stamp = stamps.next(false);
    const debtOf = (index: string) => ({ index, shard: 0, node: "b", ids: "all", stamp });
    const [node] = topology.nodes;
    if (node === undefined) throw new Error("no node");
    const value = { debts: ["gone", "again", "again__g2"].map(debtOf) };
    await putState(operator, node, [{ id: "debt_1", kind: "debt", value }]);
    await writeElsewhere(memory, "a", rowOf("gone", { deleted: true }));
    await writeElsewhere(memory, "a", rowOf("again", { generation: 2 }));
    await registry.refresh();
    expect(debts.ledger.list()).toEqual([debtOf("again__g2")]);
  });
});

describe("DebtBook", () => {
  it("is content when one node stored the debts, and fails when none did", async () => {
    const memory = await setUp();
    const { debts, stamps } = memory.cluster;
    const owed = [{ index: "movies", shard: 0, node: "b", ids: ["x"], stamp: stamps.next(false) }];
    memory.state.override = ({ node }) => (node.id === "a" ? answer(500) : undefined);
    await debts.record(owed);
    memory.state.override = () => answer(500);
    await expect(debts.record(owed)).rejects.toMatchObject({ code: "miroir_store_unavailable" });
    expect(debts.ledger.list()).toHaveLength(2);
  });

  it("asks nobody when there is nothing to store", async () => {
    const memory = await setUp();
    await memory.cluster.debts.record([]);
    expect(memory.transport.sent).toEqual([]);
  });
});
