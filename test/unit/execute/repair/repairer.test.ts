import { expect, it } from "vitest";
import type { Debt } from "../../../../src/cluster/debt.ts";
import { Repairer } from "../../../../src/execute/repair/repairer.ts";
import { HybridClock } from "../../../../src/routing/stamp.ts";
import { memoryCluster, rowOf } from "../../../support/memory-cluster.ts";
import { answer } from "../../../support/memory-transport.ts";
import { StateNodes } from "../../../support/state-nodes.ts";

const DEBT: Debt = {
  ...{ index: "movies", shard: 3, node: "a", ids: ["7"] },
  stamp: new HybridClock({ now: () => Date.UTC(2026, 0, 1), writer: 7 }).next(false),
};

it("pays the debt of a node that became suspect during the round only once it is back", async () => {
  const state = new StateNodes();
  const { cluster, clock } = await memoryCluster(state.script, { table: [["a", "b"]] });
  const { debts, health, registry } = cluster;
  for (const node of cluster.topology.nodes) state.of(node).documents = new Map();
  // Whatever is looked at is equal in an index without a primary key: it has no documents.
  await registry.put(rowOf("movies", { primaryKey: null }));
  await debts.record([DEBT]);
  let isAway = true;
  state.override = ({ method, path, query }) => {
    if (method === "GET" && path === "indexes/miroir__state/documents" && isAway) health.distrust("a", "went away");
    if (path === "tasks" && query?.startsWith("statuses") === true) return answer(200, { results: [] });
    return path === "indexes" ? answer(202, { taskUid: 0 }) : undefined; // the lock
  };
  const repairer = new Repairer({ ...cluster, isEnabled: true, landingMs: 1000, roundMs: 100 });
  await clock.advance(5000);
  expect(health.isSuspect("a")).toBe(true);
  expect(debts.ledger.list()).toEqual([DEBT]);
  isAway = false;
  health.observe("a", { kind: "answered", response: answer(200) });
  await clock.advance(5000);
  expect(debts.ledger.list()).toEqual([]);
  await repairer.close();
});
