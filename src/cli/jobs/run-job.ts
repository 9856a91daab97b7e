import { type JobProgress, type JobRecord, planJob, startJob, type Wish } from "../../jobs/index.ts";
import { systemClock } from "../../util/clock.ts";
import { clientConfig } from "../client-config.ts";
import { EXIT } from "../exit-code.ts";
import { interruptible } from "../interruptible.ts";
import { refusable } from "../refusable.ts";
import { goesAhead } from "../terminal/consent.ts";
import { print } from "../terminal/print.ts";
import { progressLine } from "../terminal/progress.ts";
import { type ChangeFlags, startOptions } from "./job-flags.ts";
import { jobLines, planLines } from "./job-screen.ts";

/** Makes a wish of the command line come true: plans, asks, and drives the job to its end. */
export async function runChange(wish: Wish, flags: ChangeFlags): Promise<void> {
  const config = await clientConfig(flags);
  await interruptible(async (signal) => {
    const plan = await refusable(planJob(config, wish, { signal }));
    if (!plan.isNeeded) return print(plan, flags, planLines);
    if (!(await goesAhead(plan, flags, { lines: planLines, signal }))) return;
    await runJob(flags, signal, (onProgress) => {
      return startJob(config, wish, { ...startOptions(flags), plan, signal, onProgress });
    });
  });
}

/** Drives a job, shows how far it is, and ends with what became of it. */
export async function runJob(
  flags: Pick<ChangeFlags, "json">,
  signal: AbortSignal,
  drive: (onProgress: (progress: JobProgress) => void) => Promise<JobRecord>,
): Promise<void> {
  const line = progressLine(process.stderr, systemClock);
  let told: string | undefined;
  const onProgress = ({ job, copying }: JobProgress) => {
    const event = job.history.at(-1);
    const label = `step ${Math.min(job.step + 1, job.plan.steps.length)} of ${job.plan.steps.length}`;
    if (event !== undefined && event.at + event.text !== told) {
      told = event.at + event.text;
      line.end();
      process.stderr.write(`job ${job.id}: ${event.text}\n`);
    }
    if (copying === undefined) line.say(`${label}: ${job.phase}`);
    else line.show(`${label}: ${copying.index}`, { done: copying.documents, total: copying.total, noun: "documents" });
  };
  const job = await refusable(drive(onProgress)).finally(() => line.end());
  print(job, flags, jobLines);
  const code = codeOf(job);
  if (code !== 0) process.exitCode = signal.aborted ? EXIT.interrupted : code;
}

function codeOf({ state }: JobRecord): number {
  if (state === "done") return 0;
  return state === "failed" ? EXIT.failed : EXIT.found;
}
