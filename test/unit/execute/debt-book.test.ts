import { describe, expect, it } from "vitest";
import type { Debt } from "../../../src/cluster/debt.ts";
import { HybridClock } from "../../../src/routing/stamp.ts";
import { memoryStore } from "../../../src/store/local/memory-store.ts";
import { enqueueing, type MemoryCluster, memoryCluster, rowOf } from "../../support/memory-cluster.ts";
import { failure } from "../../support/memory-transport.ts";
import { StateNodes } from "../../support/state-nodes.ts";

const DEBT: Debt = {
  ...{ index: "movies", shard: 3, node: "a", ids: ["7"] },
  stamp: new HybridClock({ now: () => Date.UTC(2026, 0, 1), writer: 7 }).next(false),
};

const LATER = "2026-01-01T00:00:05.000Z";

async function setUp(suspects: readonly string[]): Promise<MemoryCluster & { state: StateNodes }> {
  const state = new StateNodes();
  const memory = await memoryCluster(state.script, { table: [["a", "b"]] });
  for (const node of memory.cluster.topology.nodes) state.of(node).documents = new Map();
  for (const node of suspects) memory.cluster.health.distrust(node, "was slow");
  return { ...memory, state };
}

describe("DebtBook", () => {
  it("writes a debt down on the nodes that are not suspect", async () => {
    const { cluster, state } = await setUp(["a"]);
    await cluster.debts.record([DEBT]);
    const [a = [], b = []] = cluster.topology.nodes.map((node) => state.recordsOf(node));
    expect([a, b]).toEqual([[], [{ debts: [DEBT] }]]);
  });

  it("asks suspects rather than nobody: a write that was taken must not fail because all nodes were slow", async () => {
    const { cluster, state } = await setUp(["a", "b"]);
    state.override = ({ node }) => (node.id === "a" ? failure("unreachable") : undefined);
    await cluster.debts.record([DEBT]);
    const [, b] = cluster.topology.nodes;
    expect(b === undefined ? [] : state.recordsOf(b)).toEqual([{ debts: [DEBT] }]);
  });

  it("fails when no node takes the record, and keeps the debt in mind", async () => {
    const { cluster, state } = await setUp([]);
    state.override = () => failure("unreachable");
    await expect(cluster.debts.record([DEBT])).rejects.toMatchObject({ code: "miroir_store_unavailable" });
    expect(cluster.debts.ledger.list()).toEqual([DEBT]);
  });

  it("writes down later what could not be when it came up, as what it is by then, and known since", async () => {
    const { cluster, state } = await setUp([]);
    const { debts } = cluster;
    state.override = () => failure("unreachable");
    const failed: Debt = { ...DEBT, isUnacknowledged: true };
    await expect(debts.record([DEBT], [failed])).rejects.toMatchObject({ code: "miroir_store_unavailable" });
    expect(debts.ledger.list().map((debt) => debts.isKept(debt))).toEqual([false]);
    await expect(debts.keepUnkept(1)).rejects.toMatchObject({ code: "miroir_store_unavailable" });
    expect(debts.ledger.list()).toEqual([{ ...failed, foundAt: 1 }]);
    state.override = () => undefined;
    await debts.keepUnkept(2);
    expect(debts.ledger.list()).toEqual([{ ...failed, foundAt: 2 }]);
    expect(debts.ledger.list().map((debt) => debts.isKept(debt))).toEqual([true]);
    const [node] = cluster.topology.nodes;
    expect(node && state.recordsOf(node)).toEqual([{ debts: [{ ...failed, foundAt: 2 }] }]);
  });

  it("learns what others wrote down whatever their clocks said, unless the index was deleted", async () => {
    const { cluster } = await setUp([]);
    const records = (deleted: boolean) => [
      // Created by a process whose clock was ahead of that of the writer.
      { id: "index_movies", kind: "index" as const, value: { ...rowOf("movies", { createdAt: LATER, deleted }) } },
      { id: "debt_1", kind: "debt" as const, value: { debts: [{ ...DEBT, ids: ["7"] }] } },
    ];
    cluster.debts.load(records(true));
    expect(cluster.debts.ledger.list()).toEqual([]);
    const { cluster: other } = await setUp([]);
    other.debts.load(records(false));
    expect(other.debts.ledger.list()).toEqual([DEBT]);
  });

  it("takes debts from before a change of the number of shards for those of the shards that came of them", async () => {
    const { cluster } = await setUp([]);
    const { debts } = cluster;
    const written = { ...DEBT, of: 16 };
    await debts.record([written]);
    debts.reshard(32);
    const [low, high] = debts.ledger.list();
    expect([low, high].map((debt) => [debt?.shard, debt?.of])).toEqual([
      [3, 32],
      [19, 32],
    ]);
    expect([3, 19, 4].map((shard) => debts.ledger.owes("movies", "a", shard))).toEqual([true, true, false]);
    await debts.pay(low === undefined ? [] : [low]);
    expect(debts.ledger.list()).toEqual([high]);
    debts.reshard(16);
    expect(debts.ledger.list()).toEqual([written]);
  });

  it("pays what is owed in both halves of a shard that this process does not know to be halved", async () => {
    const { cluster } = await setUp([]);
    const { debts } = cluster;
    debts.reshard(16);
    const halves = [
      { ...DEBT, ids: ["7"], of: 32 },
      { ...DEBT, shard: 19, ids: ["8"], of: 32 },
    ];
    debts.load([{ id: "debt_1", kind: "debt", value: { debts: halves } }]);
    expect(debts.ledger.list()).toEqual([{ ...DEBT, ids: ["7", "8"], of: 16 }]);
    debts.reshard(32);
    expect(debts.ledger.list()).toEqual(halves);
    debts.reshard(16);
    await debts.pay(debts.ledger.list());
    expect(debts.ledger.list()).toEqual([]);
  });

  it("tells debts of one replica apart by their stamps when one of them is paid", async () => {
    const { cluster } = await setUp([]);
    const clock = new HybridClock({ now: () => Date.UTC(2026, 0, 2), writer: 7 });
    const second = { ...DEBT, ids: ["8"], stamp: clock.next(false) };
    await cluster.debts.record([DEBT, second]);
    await cluster.debts.pay([DEBT]);
    expect(cluster.debts.ledger.list()).toEqual([second]);
  });

  it("knows whether others wrote down debts in a store since it read them", async () => {
    const store = memoryStore().open();
    const shape = { table: [["a", "b"]], store };
    const [own, other] = [await memoryCluster(enqueueing(), shape), await memoryCluster(enqueueing(), shape)];
    const { debts, registry } = own.cluster;
    expect(await debts.record([DEBT])).toBe(true);
    expect(await Promise.all([debts.record([DEBT]), debts.record([DEBT])])).toEqual([true, true]);
    expect(await other.cluster.debts.record([DEBT])).toBe(false);
    expect(await debts.record([DEBT])).toBe(false);
    await registry.refresh();
    expect(debts.ledger.list()).toHaveLength(5);
    expect(await debts.record([DEBT])).toBe(true);
  });

  it("forgets what it knew from before a recovery, and reads what there is since", async () => {
    const store = memoryStore().open();
    const { cluster } = await memoryCluster(enqueueing(), { table: [["a", "b"]], store });
    await cluster.debts.record([DEBT]);
    cluster.debts.forget();
    expect(cluster.debts.ledger.list()).toEqual([]);
    await cluster.registry.refresh();
    expect(cluster.debts.ledger.list()).toEqual([DEBT]);
  });

  describe("tidy()", () => {
    const clock = new HybridClock({ now: () => Date.UTC(2026, 0, 2), writer: 7 });

    /** Two processes of which one has written down so many debts; what is written down, by kind. */
    async function twoProcesses(count: number) {
      const store = memoryStore().open();
      const shape = { table: [["a", "b"]], store };
      const [own, other] = [await memoryCluster(enqueueing(), shape), await memoryCluster(enqueueing(), shape)];
      const debts = Array.from({ length: count }, (_, number) => {
        return { ...DEBT, ids: [`${number}`], stamp: clock.next(false) };
      });
      for (const debt of debts) await own.cluster.debts.record([debt]);
      for (const { cluster } of [own, other]) await cluster.registry.refresh();
      const kinds = async () => (await store.list("record/")).map(({ key }) => key.replace(/record.(.*)_.*/, "$1"));
      return { own: own.cluster, other: other.cluster, debts, kinds };
    }

    it("deletes what was paid, and who paid it, and nothing that is owed", async () => {
      const { own, other, debts, kinds } = await twoProcesses(61);
      const [kept, ...paid] = debts;
      for (const debt of paid) await own.debts.pay([debt]);
      await own.registry.refresh();
      await own.debts.tidy();
      expect(await kinds()).toEqual(["debt"]);
      await other.registry.refresh();
      for (const { ledger } of [own.debts, other.debts]) expect(ledger.list()).toEqual([kept]);
    });

    it("is not undone by what was read before it", async () => {
      const { own, other, debts } = await twoProcesses(60);
      const before = await other.records.readAll();
      await own.debts.pay(debts);
      await own.registry.refresh();
      await own.debts.tidy();
      await own.debts.record([DEBT]);
      await other.registry.refresh();
      other.debts.load(before);
      expect(other.debts.ledger.list()).toEqual([DEBT]);
    });

    it("frees a process of debts of its own that another one paid before it read them", async () => {
      const { own, other, kinds } = await twoProcesses(0);
      for (let number = 0; number < 60; number++) await own.debts.record([{ ...DEBT, stamp: clock.next(false) }]);
      await other.registry.refresh();
      for (const debt of other.debts.ledger.list()) await other.debts.pay([debt]);
      await other.registry.refresh();
      await other.debts.tidy();
      expect(await kinds()).toEqual([]);
      expect(own.debts.ledger.list()).toHaveLength(60);
      await own.registry.refresh();
      expect(own.debts.ledger.list()).toEqual([]);
    });

    it("waits until there are many", async () => {
      const { own, debts, kinds } = await twoProcesses(10);
      await own.debts.pay(debts);
      await own.registry.refresh();
      await own.debts.tidy();
      expect(await kinds()).toHaveLength(11);
    });
  });
});
