import { createInterface } from "node:readline/promises";
import { MiroirError } from "../../core/errors.ts";
import { type JobProgress, type JobRecord, planJob, startJob, type Wish } from "../../jobs/index.ts";
import { systemClock } from "../../util/clock.ts";
import { clientConfig } from "../client-config.ts";
import { CommandFailed, EXIT } from "../exit-code.ts";
import { interruptible } from "../interruptible.ts";
import { paintFor } from "../terminal/paint.ts";
import { progressLine } from "../terminal/progress.ts";
import { type ChangeFlags, startOptions } from "./job-flags.ts";
import { jobLines, planLines } from "./job-screen.ts";

/** Makes a wish of the command line come true: plans, asks, and drives the job to its end. */
export async function runChange(wish: Wish, flags: ChangeFlags): Promise<void> {
  const config = await clientConfig(flags);
  await interruptible(async (signal) => {
    const plan = await refusable(planJob(config, wish, { signal }));
    if (flags.dryRun === true || !plan.isNeeded) return show(flags, plan, planLines);
    if (flags.json !== true) show(flags, plan, planLines);
    if (flags.yes !== true) await requireConsent(signal);
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
  show(flags, job, jobLines);
  const code = codeOf(job);
  if (code !== 0) process.exitCode = signal.aborted ? EXIT.interrupted : code;
}

function codeOf({ state }: JobRecord): number {
  if (state === "done") return 0;
  return state === "failed" ? EXIT.failed : EXIT.found;
}

/** Prints for people, or for programs. */
export function show<T>(
  { json }: Pick<ChangeFlags, "json">,
  value: T,
  lines: (value: T, paint: ReturnType<typeof paintFor>) => string[],
): void {
  const text = json === true ? [JSON.stringify(value, null, 2)] : lines(value, paintFor(process.stdout));
  process.stdout.write(`${text.join("\n")}\n`);
}

const REFUSALS: ReadonlySet<string> = new Set([
  "miroir_invalid_config",
  "miroir_job_conflict",
  "miroir_topology_mismatch",
]);

/** What was refused has changed nothing; the exit code says so. */
export async function refusable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MiroirError && REFUSALS.has(error.code)) throw new CommandFailed(EXIT.refused, error.message);
    throw error;
  }
}

async function requireConsent(signal: AbortSignal): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new CommandFailed(
      EXIT.usage,
      "Nobody is there to ask. Give --yes to go ahead, or --dry-run to see the plan.",
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question("Go ahead? [y/N] ", { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailed(EXIT.refused, "Nothing was changed.");
  } finally {
    terminal.close();
  }
}
