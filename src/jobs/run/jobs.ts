import type { Environment } from "../../client/environment.ts";
import { MiroirError } from "../../core/errors.ts";
import type { StepLimits } from "../plan/cut-steps.ts";
import type { Plan } from "../plan/plan.ts";
import { planChange } from "../plan/plan-change.ts";
import { checkWish, type Wish } from "../plan/wish.ts";
import { type DriveOptions, driveJob } from "./drive-job.ts";
import { JobBook, type JobRequest } from "./job-book.ts";
import type { JobContext } from "./job-context.ts";
import type { JobProgress } from "./job-log.ts";
import { isOpen, type JobRecord } from "./job-record.ts";
import { requireMasterKey } from "./node-fence.ts";
import { type JobsConfig, withJobs } from "./open-jobs.ts";
import { sizesOf } from "./sizes-of.ts";

/** What every call about jobs takes. */
export interface JobCallOptions {
  /** Ends the call; a job that it drives pauses in good order. */
  readonly signal?: AbortSignal;
  /** @default the machine's */
  readonly environment?: Environment;
}

/** How a change is planned. */
export interface PlanOptions extends JobCallOptions {
  /** Most that is moved in one step, for which writers wait once. */
  readonly limits?: StepLimits;
}

/** How a job is driven. */
export interface RunOptions extends JobCallOptions {
  readonly onProgress?: (progress: JobProgress) => void;
}

/** How a job is begun. */
export interface StartOptions extends PlanOptions, RunOptions {
  /** One that was made before; refused when the topology has changed since. @default made now */
  readonly plan?: Plan;
  /** Takes nodes without a master key, where nothing stops a driver that was given up and wakes up again. @default false */
  readonly unfenced?: boolean;
  /** Longest time for which writers wait before a step is put off, in milliseconds. @default 5000 */
  readonly holdTimeoutMs?: number;
  /** Most documents copied in a second. @default unlimited */
  readonly documentsPerSecond?: number;
  /** Tasks in a node's queue from which on nothing more is copied to it. @default 20 */
  readonly queueDepth?: number;
}

const HOLD_TIMEOUT_MS = 5000;

/**
 * What a wish would take: the exact moves with documents and bytes, and why. Nothing is changed.
 * @throws MiroirError `miroir_invalid_config` naming field, value and remedy when it cannot be
 */
export function planJob(config: JobsConfig, wish: Wish, options: PlanOptions = {}): Promise<Plan> {
  return withJobs(config, (context) => planNow(context, wish, options), options.environment);
}

/**
 * Makes a wish come true, and resolves when the job is done, paused, cancelled or has failed; `state` says which.
 * @throws MiroirError as {@link planJob}; `miroir_job_conflict` while another job is under way, or when the topology has
 * changed since the plan was made; `miroir_job_fenced` when another process took over
 */
export function startJob(config: JobsConfig, wish: Wish, options: StartOptions = {}): Promise<JobRecord> {
  const start = async (context: JobContext) => {
    await new JobBook(context.store).requireNone();
    if (options.unfenced !== true) await requireMasterKey(await context.session.cluster());
    const plan = await planNow(context, wish, options);
    if (options.plan !== undefined && options.plan.fromEpoch !== plan.fromEpoch) throw outdated();
    return driveJob(context, {
      job: newJob(context, { wish, plan: options.plan ?? plan }, options),
      ...drive(options),
    });
  };
  return withJobs(config, start, options.environment);
}

/**
 * Goes on with a job that was paused, has failed, or whose driver died.
 * @param id the latest job when absent
 * @throws MiroirError as {@link startJob}
 */
export function resumeJob(config: JobsConfig, id?: string, options: RunOptions = {}): Promise<JobRecord> {
  const resume = async (context: JobContext) => {
    const job = await new JobBook(context.store).find(id);
    return driveJob(context, { job: job.id, ...drive(options) });
  };
  return withJobs(config, resume, options.environment);
}

/** Pauses a job in good order, whoever drives it; resolves when nobody waits for it any more. See {@link resumeJob}. */
export function pauseJob(config: JobsConfig, id?: string, options: RunOptions = {}): Promise<JobRecord> {
  return stopJob(config, { id, request: "pause" }, options);
}

/**
 * Ends a job: takes back what is not in force yet; what has moved stays where it is. Resolves when that is done.
 */
export function cancelJob(config: JobsConfig, id?: string, options: RunOptions = {}): Promise<JobRecord> {
  return stopJob(config, { id, request: "cancel" }, options);
}

/** Every job of a cluster, the latest first. */
export function listJobs(config: JobsConfig, options: JobCallOptions = {}): Promise<JobRecord[]> {
  return withJobs(
    config,
    ({ store }) => new JobBook(store).list(options.signal && { signal: options.signal }),
    options.environment,
  );
}

/** A job as it is written down; the latest when none is named. */
export function jobStatus(config: JobsConfig, id?: string, options: JobCallOptions = {}): Promise<JobRecord> {
  return withJobs(config, ({ store }) => new JobBook(store).find(id), options.environment);
}

async function planNow(context: JobContext, wish: Wish, { limits, signal }: PlanOptions): Promise<Plan> {
  checkWish(wish);
  const cluster = await context.session.cluster();
  const { topology, hasher } = cluster;
  // Says what is wrong with the wish before anything is counted.
  planChange(wish, { topology, hasher });
  const sizes = await sizesOf(cluster, signal ?? new AbortController().signal);
  return planChange(wish, { topology, hasher, sizes, ...(limits && { limits }) });
}

function outdated(): MiroirError {
  const message = "The topology has changed since the plan was made. Plan again.";
  return new MiroirError("miroir_job_conflict", message, { status: 409 });
}

function drive({ signal, onProgress }: RunOptions): DriveOptions {
  return { signal: signal ?? new AbortController().signal, ...(onProgress && { onProgress }) };
}

function newJob(
  { random, clock }: JobContext,
  what: Pick<JobRecord, "wish" | "plan">,
  options: StartOptions,
): JobRecord {
  const { unfenced = false, holdTimeoutMs = HOLD_TIMEOUT_MS, documentsPerSecond, queueDepth } = options;
  const now = new Date(clock.now()).toISOString();
  return {
    ...{ version: 1, id: random.uuid().slice(0, 8), ...what },
    options: {
      ...{ isUnfenced: unfenced, holdTimeoutMs },
      ...(documentsPerSecond === undefined ? {} : { documentsPerSecond }),
      ...(queueDepth === undefined ? {} : { queueDepth }),
    },
    ...{ state: "planned", phase: "waiting", step: 0, cursor: [], purges: [], documents: 0, bytes: 0 },
    ...{ holds: { count: 0, cancelled: 0, longestMs: 0 }, createdAt: now, updatedAt: now, history: [] },
  };
}

/** Pause between two looks at a job that another process drives, in milliseconds. */
const LOOK_MS = 200;

interface Stop {
  readonly id: string | undefined;
  readonly request: JobRequest;
}

/** Asks whoever drives the job; where nobody does, this process takes it up. */
function stopJob(config: JobsConfig, { id, request }: Stop, options: RunOptions): Promise<JobRecord> {
  const stop = async (context: JobContext) => {
    const book = new JobBook(context.store);
    let job = await book.find(id);
    if (isStill(job)) return job;
    await book.request(job.id, request);
    for (;;) {
      const own = await driveJob(context, { job: job.id, aim: request, ...drive(options) }).catch(whenDriven);
      if (own !== undefined) return own;
      await context.clock.sleep(LOOK_MS, options.signal);
      job = await book.find(job.id);
      if (isStill(job)) return job;
    }
  };
  const isStill = (job: JobRecord) =>
    !isOpen(job) || (request === "pause" && (job.state === "paused" || job.state === "failed"));
  return withJobs(config, stop, options.environment);
}

/** Another process drives, and was asked; or it has come to the end just now. */
function whenDriven(error: unknown): undefined {
  if (!(error instanceof MiroirError) || error.code !== "miroir_job_conflict") throw error;
}
