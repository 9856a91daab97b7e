import { expect, it } from "vitest";
import type { Debt } from "../../../../src/cluster/debt.ts";
import { Repairer } from "../../../../src/execute/repair/repairer.ts";
import { HybridClock } from "../../../../src/routing/stamp.ts";
import type { NodeRequest } from "../../../../src/transport/transport.ts";
import { memoryCluster, rowOf } from "../../../support/memory-cluster.ts";
import { answer, failure } from "../../../support/memory-transport.ts";
import { StateNodes } from "../../../support/state-nodes.ts";

const DEBT: Debt = {
  ...{ index: "movies", shard: 2, node: "a", ids: ["7"] },
  stamp: new HybridClock({ now: () => Date.UTC(2026, 0, 1), writer: 7 }).next(false),
};

/** Debts of an index in which nothing can differ as long as it has no primary key: whatever is looked at is paid. */
async function setUp(table: readonly (readonly string[])[], debts: readonly Debt[], primaryKey: string | null = null) {
  const state = new StateNodes();
  const { cluster, clock } = await memoryCluster(state.script, { table });
  for (const node of cluster.topology.nodes) state.of(node).documents = new Map();
  await cluster.registry.put(rowOf("movies", { primaryKey }));
  await cluster.debts.record(debts);
  const override = ({ path, query }: NodeRequest) => {
    if (path === "tasks" && query?.startsWith("statuses") === true) return answer(200, { results: [] });
    return path === "indexes" ? answer(202, { taskUid: 0 }) : undefined; // the lock
  };
  state.override = override;
  const repairer = new Repairer({ ...cluster, isEnabled: true, landingMs: 1000, roundMs: 100 });
  return { ...cluster, clock, state, repairer, override };
}

it("pays the debt of a node that became suspect during the round only once it is back", async () => {
  const { state, override, health, debts, clock, repairer } = await setUp([["a", "b"]], [DEBT]);
  let isAway = true;
  state.override = (request) => {
    if (isAway && request.method === "GET" && request.path === "indexes/miroir__state/documents") {
      health.distrust("a", "went away");
    }
    return override(request);
  };
  await clock.advance(5000);
  expect(health.isSuspect("a")).toBe(true);
  expect(debts.ledger.list()).toEqual([DEBT]);
  isAway = false;
  health.observe("a", { kind: "answered", response: answer(200) });
  await clock.advance(5000);
  expect(debts.ledger.list()).toEqual([]);
  await repairer.close();
});

it("pays the debts of other shards also when a node that only repairs ask has gone", async () => {
  const other: Debt = { ...DEBT, shard: 1, node: "c" };
  const { state, override, debts, clock, repairer } = await setUp(
    [
      ["a", "b"],
      ["c", "d"],
    ],
    [DEBT, other],
  );
  state.override = (request) => (request.node.id === "b" ? failure("unreachable") : override(request));
  await clock.advance(20_000);
  expect(debts.ledger.list()).toEqual([DEBT]);
  await repairer.close();
});

it("takes the debt of a node that left the cluster for paid", async () => {
  const { debts, clock, repairer } = await setUp([["a", "b"]], [{ ...DEBT, node: "former" }]);
  await clock.advance(5000);
  expect(debts.ledger.list()).toEqual([]);
  await repairer.close();
});

it("goes by the clock of the stamps, however far ahead that of its machine is", async () => {
  const debt = { ...DEBT, stamp: new HybridClock({ now: () => Date.UTC(2026, 0, 1) + 3000, writer: 7 }).next(false) };
  const { debts, clock, repairer, ...cluster } = await setUp([["a", "b"]], [debt]);
  await repairer.close();
  const view = { ...cluster.view, now: () => clock.now() - 300_000 };
  const other = new Repairer({ ...cluster, debts, view, isEnabled: true, landingMs: 1000, roundMs: 100 });
  await clock.advance(300_000);
  expect(debts.ledger.list()).toEqual([debt]); // by the clock of the stamps it is not made yet
  await clock.advance(10_000);
  expect(debts.ledger.list()).toEqual([]);
  await other.close();
});

it("pays nothing that others cannot know of, since they would count on the replica while it is copied to", async () => {
  const { state, override, debts, clock, repairer } = await setUp([["a", "b"]], []);
  const isRecord = ({ method, path }: NodeRequest) => method === "POST" && path === "indexes/miroir__state/documents";
  state.override = (request) => (isRecord(request) ? failure("unreachable") : override(request));
  await expect(debts.record([DEBT])).rejects.toMatchObject({ code: "miroir_store_unavailable" });
  await clock.advance(20_000);
  expect(debts.ledger.list()).toHaveLength(1);
  state.override = override;
  await clock.advance(500);
  expect(debts.ledger.list()).toMatchObject([{ node: "a", foundAt: expect.any(Number) }]); // written down, and young
  await clock.advance(5000);
  expect(debts.ledger.list()).toEqual([]);
  await repairer.close();
});

it("waits for a debt that is being written down, however old it is", async () => {
  const { state, override, debts, clock, repairer } = await setUp([["a", "b"]], []);
  let keep = () => {};
  const kept = new Promise<void>((resolve) => {
    keep = resolve;
  });
  const isDebt = ({ path, body = "" }: NodeRequest) =>
    path === "indexes/miroir__state/documents" && body.startsWith('[{"id":"debt_');
  state.override = (request) => (isDebt(request) ? kept.then(() => answer(202, { taskUid: 0 })) : override(request));
  void debts.record([DEBT]);
  await clock.advance(3000);
  expect(debts.ledger.list()).toEqual([DEBT]);
  keep();
  await clock.advance(3000);
  expect(debts.ledger.list()).toEqual([]);
  await repairer.close();
});

it("goes by the debts that there are once it has the lock", async () => {
  const { state, override, debts, clock, repairer } = await setUp([["a", "b"]], [DEBT]);
  const owedWhenUnlocked: string[][] = [];
  state.override = (request) => {
    if (request.path === "indexes" && owedWhenUnlocked.length === 0) {
      // Whoever had it before found that the other replica is none to copy from.
      const found = { ...DEBT, node: "b", ids: ["7"], foundAt: clock.now() };
      debts.load([{ id: "debt_of_another", kind: "debt", value: { debts: [found] } }]);
    }
    if (request.method === "DELETE" && request.path === "indexes/miroir__repair") {
      owedWhenUnlocked.push(debts.ledger.list().map(({ node }) => node));
    }
    return override(request);
  };
  await clock.advance(10_000);
  expect(owedWhenUnlocked[0]).toEqual(["a", "b"]);
  expect(debts.ledger.list()).toEqual([]);
  await repairer.close();
});

it("owes what it copied to a replica after it had stood still for longer than it may work", async () => {
  const { state, override, debts, clock, repairer, ...cluster } = await setUp([["a", "b"]], [DEBT], "id");
  await repairer.close();
  let isCovered = true;
  const begin = () => Object.defineProperty(cluster.view.begin(), "isCovered", { get: () => isCovered });
  const view = { ...cluster.view, begin };
  state.override = (request) => {
    const { node, method, path } = request;
    if (path.endsWith("/documents/fetch")) {
      const results = node.id === "b" ? [{ id: "7", text: "old" }] : [];
      return answer(200, JSON.stringify({ results, total: results.length }));
    }
    if (method !== "POST" || path !== "indexes/movies/documents") return override(request);
    isCovered = false;
    return answer(202, { taskUid: 0 });
  };
  const other = new Repairer({ ...cluster, debts, view, isEnabled: true, landingMs: 1000, roundMs: 100 });
  await clock.advance(2000);
  expect(debts.ledger.list()).toMatchObject([DEBT, { node: "a", shard: 2, ids: ["7"], foundAt: expect.any(Number) }]);
  await other.close();
});
