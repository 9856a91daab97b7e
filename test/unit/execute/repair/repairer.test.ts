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

/** Debts of an index in which nothing can differ, since it has no primary key: whatever is looked at is paid. */
async function setUp(table: readonly (readonly string[])[], debts: readonly Debt[]) {
  const state = new StateNodes();
  const { cluster, clock } = await memoryCluster(state.script, { table });
  for (const node of cluster.topology.nodes) state.of(node).documents = new Map();
  await cluster.registry.put(rowOf("movies", { primaryKey: null }));
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
