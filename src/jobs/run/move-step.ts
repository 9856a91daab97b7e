import { compareShards } from "../move/compare-shards.ts";
import { type CopyOptions, type CopyProgress, copyShards } from "../move/copy-shards.ts";
import { drainNodes } from "../move/drain-nodes.ts";
import type { DifferingDocument } from "../move/index-comparison.ts";
import { mendShards } from "../move/mend-shards.ts";
import { openDebtsOf } from "../move/move-debts.ts";
import type { MoveOrder } from "../move/shard-move.ts";
import type { MoveStep } from "../plan/plan.ts";
import { isSwitched } from "../plan/topology-for-phase.ts";
import type { Hold } from "./hold.ts";
import { holdAndSwitch } from "./hold-and-switch.ts";
import type { JobRun } from "./job-run.ts";
import { oweDisputed } from "./owe-disputed.ts";
import { payFirst } from "./pay-first.ts";
import { untilQuick } from "./quick-nodes.ts";
import { nodesOf, orderOf, withoutCopies } from "./step-order.ts";

/** Documents that one pass may bring for the rest to count as small. */
const SMALL = 500;

/** Passes after which the rest is as small as it gets. */
const PASSES = 10;

/** Comparisons in one hold. */
const COMPARISONS = 5;

/**
 * Moves replicas: copies them while everybody goes on, then holds the writers of their shards until old and new owners have
 * the same, and lets the new ones take over. Repeatable from any point.
 */
export async function runMoveStep(run: JobRun, step: MoveStep): Promise<void> {
  for (let holds = 1; !isSwitched(await run.changes.current(), step); holds++) {
    const order = await prepareOrder(run, step);
    await payFirst(run, order);
    await run.log.update({ phase: "copying" });
    await run.enter(step, "copying");
    await untilQuick(run, order, () => copyUntilSmall(run, order));
    const disputed: DifferingDocument[] = [];
    await holdAndSwitch(run, { step, holds, ready: (hold) => makeEqual(run, { order, hold, disputed }) });
    await oweDisputed(run, disputed);
  }
}

async function prepareOrder(run: JobRun, step: MoveStep): Promise<MoveOrder> {
  await run.log.update({ purges: withoutCopies(run.log.job.purges, step) });
  const topology = await run.changes.current();
  const cluster = await run.operated();
  const order = orderOf(step, topology, (node) => run.isGone(cluster, node));
  const orphan = order.shards.find(({ from }) => from.length === 0);
  if (orphan !== undefined) throw new Error(`Shard ${orphan.shard} has no owner that answers, and cannot be copied`);
  await run.admit(nodesOf(order));
  return order;
}

async function copyUntilSmall(run: JobRun, order: MoveOrder): Promise<void> {
  for (let pass = 0; pass < PASSES; pass++) {
    const { documentsPerSecond, queueDepth } = run.log.job.options;
    const throttle = {
      ...(documentsPerSecond === undefined ? {} : { documentsPerSecond }),
      ...(queueDepth === undefined ? {} : { queueDepth }),
    };
    if ((await copyOnce(run, order, { ...throttle, signal: run.signal })) <= SMALL) break;
  }
}

/** Copies what came since the last time; answers how much that was. */
async function copyOnce(
  run: JobRun,
  order: MoveOrder,
  options: Pick<CopyOptions, "documentsPerSecond" | "queueDepth" | "signal">,
): Promise<number> {
  const { cursor, documents, bytes } = run.log.job;
  const onProgress = (progress: CopyProgress) => run.log.copied(progress, { documents, bytes });
  const report = await copyShards(await run.cluster(), order, { ...options, mark: run.mark, cursor, onProgress });
  return report.documents;
}

interface Equalising {
  readonly order: MoveOrder;
  readonly hold: Hold;
  /** Gets the documents that the owners themselves differ about. */
  readonly disputed: DifferingDocument[];
}

/** Nobody writes any more: brings what is missing until all have the same. Answers why that cannot be. */
async function makeEqual(run: JobRun, { order, hold, disputed }: Equalising): Promise<string | undefined> {
  const { signal } = hold;
  if (!(await run.changes.barrier("writers", { timeoutMs: hold.leftMs, signal }))) {
    return "some process did not come to the end of its writes in time";
  }
  const cluster = await run.cluster();
  const nodes = nodesOf(order);
  const queues = { indexes: await run.indexes(cluster), signal };
  await drainNodes(cluster, nodes, queues);
  await copyOnce(run, order, { signal }); // as fast as it gets, now that writers wait
  for (let pass = 0; pass < COMPARISONS; pass++) {
    await drainNodes(cluster, nodes, queues);
    const comparison = await compareShards(cluster, order, { signal });
    const [debt] = await openDebtsOf(cluster, order);
    if (debt !== undefined) return `node ${debt.node} missed a write of index ${debt.index}`;
    const [first] = comparison.ownersDiffer;
    if (first !== undefined) {
      disputed.push(...comparison.ownersDiffer);
      return `the owners of shard ${first.shard} of index ${first.index} differ, in document ${first.id} for one`;
    }
    if (comparison.differences.length === 0 && !comparison.isCut) return undefined;
    await mendShards(cluster, { order, comparison }, { mark: run.mark, signal });
  }
  return `old and new owners still differed after ${COMPARISONS} comparisons`;
}
