import { isDeepStrictEqual } from "node:util";
import type { Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import { prepareNode } from "../move/prepare-node.ts";
import { type PlanStep, shardsOf } from "../plan/plan.ts";
import { planChange } from "../plan/plan-change.ts";
import {
  canMake,
  isSwitched,
  topologyWhenDone,
  topologyWithArrivals,
  topologyWithoutChange,
} from "../plan/topology-for-phase.ts";
import { clearFormer } from "./clear-former.ts";
import { releaseWriters } from "./hold-and-switch.ts";
import type { JobRecord } from "./job-record.ts";
import type { JobRun } from "./job-run.ts";
import { runMoveStep } from "./move-step.ts";
import { runReshardStep } from "./reshard-step.ts";
import { sizesOf } from "./sizes-of.ts";
import { purgesBehind, purgesOfCopies } from "./step-order.ts";

/** How long the readers of a step are waited for before the next one begins, in milliseconds. */
const READERS_MS = 2000;

/** Makes the steps that are left of a job's plan, from whatever a former driver left behind. */
export async function runPlan(run: JobRun): Promise<void> {
  await takeUp(run);
  await prepareArrivals(run);
  await planAgain(run);
  for (let step = run.log.job.step; ; step = run.log.job.step) {
    const next = run.log.job.plan.steps[step];
    if (next === undefined) break;
    run.signal.throwIfAborted();
    if (next.kind === "move") await runMoveStep(run, next);
    else await runReshardStep(run, next);
    await releaseWriters(run, next);
    const behind = next.kind === "move" ? purgesBehind(next) : [];
    const what = next.kind === "move" ? `shards ${shardsOf(next).join(", ") || "none"} moved` : `${next.to} shards`;
    const changes = { step: step + 1, cursor: [], purges: [...run.log.job.purges, ...behind] };
    await run.log.update(changes, `Step ${step + 1} of ${run.log.job.plan.steps.length} is done: ${what}.`);
    await clearFormer(run, { timeoutMs: READERS_MS });
  }
  if (run.log.job.wish.kind === "sweep") await listAll(run);
  await clearFormer(run);
  await finish(run);
}

/** Writes down every shard of every node, to be deleted there; what a node owns is left out when it is its turn. */
async function listAll(run: JobRun): Promise<void> {
  const { nodes, shards } = await run.changes.current();
  const all = Array.from({ length: shards }, (_, shard) => shard);
  await run.log.update({ purges: nodes.map(({ id }) => ({ node: id, shards: all, everywhere: false })) });
}

/** Whatever a former driver was doing: writers go on. A switch that was made is brought to its end. */
export async function takeUp(run: JobRun): Promise<void> {
  const { change } = await run.changes.current();
  if (change === undefined) return;
  const { id, plan, step } = run.log.job;
  if (change.job !== id) {
    const message = `Job \`${change.job}\` is changing owners. Resume it with \`miroir job resume ${change.job}\`, or cancel it.`;
    throw new MiroirError("miroir_job_conflict", message, { status: 409 });
  }
  const current = plan.steps[step];
  if (change.phase === "switched" && current !== undefined) await releaseWriters(run, current);
  else await run.clearChange();
}

async function prepareArrivals(run: JobRun): Promise<void> {
  const { plan } = run.log.job;
  const topology = await run.changes.current();
  const isHolding = (id: string) => topology.nodes.some((node) => node.id === id) && !topology.joining?.includes(id);
  const waiting = plan.arrivals.filter(({ id }) => !isHolding(id));
  if (waiting.length === 0) return;
  await run.log.update({ phase: "preparing" });
  for (const node of waiting) await prepareNode(await run.operated(), node, run.preparation);
  await run.admit(waiting);
  const grown = topologyWithArrivals(topology, plan);
  if (grown !== topology) await run.changes.publish(grown);
  await run.changes.barrier("writers", { signal: run.signal });
  // What was created before everybody knew of the nodes is not there yet.
  for (const node of waiting) await prepareNode(await run.operated(), node, run.preparation);
}

/** Where the topology is not what the steps that are left build upon, others are made for the same wish. */
async function planAgain(run: JobRun): Promise<void> {
  const { plan, step, wish, purges, id } = run.log.job;
  const topology = await run.changes.current();
  const left = plan.steps.slice(step);
  if (canMake(topology, left)) return;
  const cluster = await run.cluster();
  const sizes = await sizesOf(cluster, run.signal);
  const { hasher } = cluster;
  const made = planChange(wish, { topology, hasher, sizes, isBegun: true });
  const behind = leftBehind(left[0], topology);
  const changes = { plan: { ...made, arrivals: plan.arrivals }, step: 0, cursor: [], purges: [...purges, ...behind] };
  await run.log.update(changes, `Job ${id} was planned again, as the topology is not what its plan was made for.`);
}

async function finish(run: JobRun): Promise<void> {
  await run.log.update({ phase: "finishing" });
  const topology = await run.changes.current();
  const done = topologyWhenDone(topology, run.log.job.plan);
  if (isDeepStrictEqual(done, topologyWithoutChange(topology)) && topology.change === undefined) return;
  await run.changes.publish(done);
  await run.changes.barrier("writers", { signal: run.termSignal });
}

/** Takes back what a job has begun and not brought into force; what it has moved stays where it is. */
export async function takeBack(run: JobRun): Promise<void> {
  await takeUp(run);
  const { plan, step, purges } = run.log.job;
  const behind = leftBehind(plan.steps[step], await run.changes.current());
  await run.log.update({ cursor: [], purges: [...purges, ...behind] });
  await clearFormer(run);
  await dropIdleArrivals(run);
}

/** What nodes hold of a step that was begun and do not own: former owners after its switch, those to be before. */
function leftBehind(step: PlanStep | undefined, topology: Topology): JobRecord["purges"] {
  if (step?.kind !== "move") return [];
  return isSwitched(topology, step) ? purgesBehind(step) : purgesOfCopies(step);
}

/** Nodes that came for this job, and never held anything, leave again. */
async function dropIdleArrivals(run: JobRun): Promise<void> {
  const topology = await run.changes.current();
  const { plan } = run.log.job;
  const isIdle = (id: string) =>
    plan.arrivals.some((node) => node.id === id) && topology.joining?.includes(id) === true;
  const nodes = topology.nodes.filter(({ id }) => !isIdle(id));
  const groups = topology.groups.filter(({ table }) => table.some((row) => row.length > 0));
  if (nodes.length === topology.nodes.length && groups.length === topology.groups.length) return;
  const { replicationFactor } = topology;
  await run.changes.publish(
    topologyWhenDone(topology, { ...plan, target: { ...topology, nodes, groups, replicationFactor } }),
  );
}
