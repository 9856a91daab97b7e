import type { PlanStep } from "../plan/plan.ts";
import { isSwitched } from "../plan/topology-for-phase.ts";
import { Hold } from "./hold.ts";
import type { JobRun } from "./job-run.ts";

/** Pause after a hold that was cancelled, and after each further one, up to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** Holds that are cancelled before the job gives up. */
const MOST_HOLDS = 20;

/** A step that is to come into force. */
export interface Switching {
  readonly step: PlanStep;
  /** Which try it is, from 1 on. */
  readonly holds: number;
  /** Makes sure, while writers wait, that the new owners may take over; answers why they may not. */
  ready(hold: Hold): Promise<string | undefined>;
}

/**
 * Holds the writers of a step's shards, and lets the new owners take over when they are ready. When they are not, or not in
 * time, everybody goes on with the old ones, and is given some time before the next hold.
 */
export async function holdAndSwitch(run: JobRun, { step, holds, ready }: Switching): Promise<void> {
  const { holds: counted } = run.log.job;
  await run.log.update({ phase: "holding", holds: { ...counted, count: counted.count + 1 } });
  const refusal = await holdWriters(run, step, ready);
  if (refusal === undefined) await run.enter(step, "switched");
  else await giveTime(run, holds, refusal);
}

async function holdWriters(run: JobRun, step: PlanStep, ready: Switching["ready"]): Promise<string | undefined> {
  const { holdTimeoutMs } = run.log.job.options;
  const hold = new Hold(run.clock, holdTimeoutMs, run.signal);
  try {
    await run.enter(step, "holding");
    const refusal = await ready(hold);
    if (refusal !== undefined) await letGo(run, step);
    return refusal;
  } catch (error) {
    await letGo(run, step);
    if (!hold.isSpent || run.signal.aborted) throw error;
    return `writers would have waited for more than ${holdTimeoutMs / 1000} s`;
  } finally {
    hold.lift();
  }
}

/** Lets writers go on with the old owners. Never when the new ones are in force: readers have to come first then. */
async function letGo(run: JobRun, step: PlanStep): Promise<void> {
  if (run.termSignal.aborted) return;
  if (!isSwitched(await run.changes.current(), step)) await run.enter(step, "copying");
}

async function giveTime(run: JobRun, holds: number, refusal: string): Promise<void> {
  if (holds >= MOST_HOLDS) {
    const remedy = "Resume the job when there is less to write, or begin it with a longer --hold-timeout";
    throw new Error(`${holds} holds had to be cancelled, the last because ${refusal}. ${remedy}`);
  }
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (holds - 1), LONGEST_PAUSE_MS);
  const { cancelled, ...others } = run.log.job.holds;
  const event = `A hold was cancelled: ${refusal}. The next one follows in ${pauseMs / 1000} s.`;
  await run.log.update({ phase: "copying", holds: { ...others, cancelled: cancelled + 1 } }, event);
  await run.clock.sleep(pauseMs, run.signal);
}

/**
 * What follows when the table names the new owners: once nobody takes the old ones for those in force any more, writers go
 * on. Not even a pause breaks that off, as they wait.
 */
export async function releaseWriters(run: JobRun, step: PlanStep): Promise<void> {
  const { change } = await run.changes.current();
  if (change?.phase !== "switched") return;
  await run.log.update({ phase: "switched" });
  // Nobody has written to these shards since the hold: only those who read count.
  await run.changes.barrier("leases", { signal: run.termSignal });
  await run.enter(step, "released");
}
