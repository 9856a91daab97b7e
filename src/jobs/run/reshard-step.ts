import type { Topology } from "../../cluster/topology.ts";
import { drainNodes } from "../move/drain-nodes.ts";
import { openDebtsOf } from "../move/move-debts.ts";
import type { MoveOrder } from "../move/shard-move.ts";
import type { PlanStep } from "../plan/plan.ts";
import { isSwitched } from "../plan/topology-for-phase.ts";
import type { Hold } from "./hold.ts";
import { holdAndSwitch } from "./hold-and-switch.ts";
import type { JobRun } from "./job-run.ts";
import { payFirst } from "./pay-first.ts";
import { untilQuick } from "./quick-nodes.ts";
import { nodesOf } from "./step-order.ts";

/**
 * Changes the number of shards. No document is touched; but what is owed is written down by shard, so nobody may owe
 * anything meanwhile.
 */
export async function runReshardStep(run: JobRun, step: PlanStep): Promise<void> {
  for (let holds = 1; ; holds++) {
    const topology = await run.changes.current();
    if (isSwitched(topology, step)) return;
    const order = everything(topology);
    await payFirst(run, order);
    await run.admit(nodesOf(order));
    await untilQuick(run, order, () => Promise.resolve());
    await holdAndSwitch(run, { step, holds, ready: (hold) => untilNothingIsOwed(run, order, hold) });
  }
}

async function untilNothingIsOwed(
  run: JobRun,
  order: MoveOrder,
  { leftMs, signal }: Hold,
): Promise<string | undefined> {
  if (!(await run.changes.barrier("writers", { timeoutMs: leftMs, signal }))) {
    return "some process did not come to the end of its writes in time";
  }
  const cluster = await run.cluster();
  const failed = await drainNodes(cluster, nodesOf(order), { indexes: await run.indexes(cluster), signal });
  const [task] = failed;
  if (task !== undefined) return `node ${task.node} failed a task of index ${task.index}: ${task.reason}`;
  const [debt] = await openDebtsOf(cluster, order);
  return debt && `node ${debt.node} missed a write of index ${debt.index}`;
}

/** Every shard with its owners; nothing is copied. */
function everything({ shards, groups }: Topology): MoveOrder {
  const moves = Array.from({ length: shards }, (_, shard) => {
    return { shard, from: groups.flatMap(({ table }) => table[shard] ?? []), to: [] };
  });
  return { shards: moves };
}
