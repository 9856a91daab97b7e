import { MiroirError, type MiroirErrorCode } from "../../core/errors.ts";
import type { JobRun } from "./job-run.ts";
import { runPlan, takeBack, takeUp } from "./run-plan.ts";
import { JobStopped } from "./stop-request.ts";

/** What a job is driven for: to its end, to a state that can wait, or to take back what is not in force yet. */
export type Aim = "run" | "pause" | "cancel";

/** Failures in a row, without a step done between them, after which a job is left as failed. */
const MOST_FAILURES = 8;

/** Pause after the first failure; twice as long after each further one, up to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Failures that trying again does not mend. */
const FINAL: ReadonlySet<MiroirErrorCode> = new Set<MiroirErrorCode>([
  "miroir_closed",
  "miroir_invalid_config",
  "miroir_job_conflict",
  "miroir_job_fenced",
  "miroir_store_rolled_back",
  "miroir_topology_mismatch",
]);

/**
 * Works on a job until it is where it shall be; the record says in the end where that is.
 * @throws MiroirError `miroir_job_fenced` when another process took over, and whatever nobody can go on after
 */
export async function reachAim(run: JobRun, aim: Aim): Promise<void> {
  try {
    if (aim === "run") await persist(run, () => runPlan(run));
    else if (aim === "cancel") await persist(run, () => takeBack(run));
    else await takeUp(run);
    await run.log.update(ENDS[aim].changes, ENDS[aim].event);
  } catch (error) {
    run.termSignal.throwIfAborted();
    if (error instanceof JobStopped) await stop(run, { aim, error });
    else await fail(run, error);
  }
}

const ENDS = {
  run: { changes: { state: "done", phase: "finishing" }, event: "Is done." },
  pause: { changes: { state: "paused", phase: "waiting" }, event: "Is paused." },
  cancel: { changes: { state: "cancelled", phase: "waiting" }, event: "Is cancelled; what had moved by then stays." },
} as const;

/** Tries again after failures, from wherever they left the cluster. */
async function persist(run: JobRun, work: () => Promise<void>): Promise<void> {
  let failures = 0;
  for (let step = run.log.job.step; ; step = run.log.job.step) {
    try {
      return await work();
    } catch (error) {
      run.signal.throwIfAborted();
      failures = run.log.job.step === step ? failures + 1 : 1;
      if (failures >= MOST_FAILURES || isFinal(error)) throw error;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
      await run.log.update({}, `${wordsOf(error)} Tries again in ${pauseMs / 1000} s.`).catch(() => undefined); // the store may be what failed
      await run.clock.sleep(pauseMs, run.signal);
    }
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof MiroirError && FINAL.has(error.code);
}

async function stop(run: JobRun, { aim, error }: { readonly aim: Aim; readonly error: JobStopped }): Promise<void> {
  if (error.request === "cancel" && aim === "run") {
    await run.log.update({ state: "cancelling" }, "Is taken back.");
    return reachAim(run.unstopped(), "cancel");
  }
  await takeUp(run);
  if (aim === "run") await run.log.update({ state: "paused", phase: "waiting" }, "Is paused.");
}

/** Leaves a cluster that everybody can work with. A job that changed nothing is over. */
async function fail(run: JobRun, error: unknown): Promise<void> {
  await takeUp(run);
  const { plan, step } = run.log.job;
  const isUntouched = step === 0 && (await run.changes.current()).epoch === plan.fromEpoch;
  const words = wordsOf(error);
  await run.log.update({ state: isUntouched ? "cancelled" : "failed", phase: "waiting", error: words }, words);
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  const sentence = words.replace(/^./, (letter) => letter.toUpperCase());
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
