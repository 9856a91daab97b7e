import { MiroirError } from "../../core/errors.ts";
import { OperatorCallFailed } from "../../execute/operator.ts";
import { storeChangeControl } from "../../execute/view/change-control.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { keepAlive } from "../../util/keep-alive.ts";
import { DriverTerm } from "./driver-term.ts";
import { JobBook } from "./job-book.ts";
import type { JobContext } from "./job-context.ts";
import { JobLog, type JobProgress } from "./job-log.ts";
import { isOpen, type JobRecord } from "./job-record.ts";
import { JobRun } from "./job-run.ts";
import { NodeFence } from "./node-fence.ts";
import { type Aim, reachAim } from "./reach-aim.ts";
import { takeUp } from "./run-plan.ts";
import { StopRequest } from "./stop-request.ts";

/** How a job is driven. */
export interface DriveOptions {
  /** Pauses the job when it fires. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

/** What is to be done with a job. */
export interface Drive extends DriveOptions {
  /** A job that is not written down yet, or the id of one that is. */
  readonly job: JobRecord | string;
  /** @default "run" */
  readonly aim?: Aim;
}

/**
 * Drives a job until it is done, paused, cancelled or has failed: by the one process that may, with a key of its own.
 * @throws MiroirError `miroir_job_conflict` while another process drives, or another job is under way; `miroir_job_fenced`
 * when another process takes over meanwhile
 */
export async function driveJob(context: JobContext, drive: Drive): Promise<JobRecord> {
  const { store, clock, random } = context;
  const book = new JobBook(store);
  const term = await DriverTerm.begin({ store, clock, holder: random.uuid() }, drive.signal);
  try {
    const job = await claim(book, drive.job, term);
    return await keepAlive(clock, driveClaimed({ context, book, term, drive }, job));
  } finally {
    await term.close();
  }
}

async function claim(book: JobBook, job: JobRecord | string, term: DriverTerm): Promise<JobRecord> {
  if (typeof job !== "string") {
    await book.create(job, term);
    return job;
  }
  const found = await book.find(job);
  if (isOpen(found)) return found;
  const message = `Job \`${job}\` is ${found.state}, and nothing of it is left to do. Begin another one.`;
  throw new MiroirError("miroir_job_conflict", message, { status: 409 });
}

interface ClaimedDrive {
  readonly context: JobContext;
  readonly book: JobBook;
  readonly term: DriverTerm;
  readonly drive: Drive;
}

async function driveClaimed({ context, book, term, drive }: ClaimedDrive, job: JobRecord): Promise<JobRecord> {
  const { clock, store, session } = context;
  const { signal, aim = "run" } = drive;
  const cluster = await session.cluster();
  const log = new JobLog(job, { book, term, clock, onProgress: (progress) => tell(cluster, drive, progress) });
  const fence = new NodeFence({ store, term, isUnfenced: job.options.isUnfenced });
  await book.clearRequest(job.id);
  const stop = new StopRequest({ book, clock, job: job.id, signal });
  try {
    const driver = { holder: term.holder, term: term.number };
    await log.update({ state: aim === "cancel" ? "cancelling" : "running", driver }, BEGINNINGS[aim]);
    const changes = storeChangeControl({
      ...{ store, clock, view: cluster.view, signal: term.signal, fence: () => term.lease },
      get operator() {
        return fence.asDriver(cluster).operator;
      },
    });
    const run = new JobRun({ context, term, fence, changes, log, stop: stop.signal });
    // Writers that a former driver held wait no longer than they must; nothing here reaches a node.
    await takeUp(run);
    await fence.open(cluster);
    await fenceReachable(fence, cluster, term.signal);
    await reachAim(run, aim);
  } finally {
    await stop.close();
    if (!term.signal.aborted) await fence.close();
  }
  return log.job;
}

function tell({ events }: Cluster, { onProgress }: Drive, progress: JobProgress): void {
  const { id, plan, state, phase, documents, bytes } = progress.job;
  events.tell("job", { job: id, kind: plan.kind, state, phase, documents, bytes });
  onProgress?.(progress);
}

const BEGINNINGS = { run: "Begins, or goes on.", pause: "Pauses.", cancel: "Is taken back." } as const;

/** Former drivers lose their keys on every node that answers; the others are fenced off before they are used. */
async function fenceReachable(fence: NodeFence, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { topology, health } = cluster;
  const reachable = topology.nodes.filter(({ id }) => !health.isSuspect(id));
  try {
    await fence.admit(cluster, reachable, signal);
  } catch (error) {
    if (!(error instanceof OperatorCallFailed)) throw error; // a node that went away just now
  }
}
