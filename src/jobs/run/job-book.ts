import { MiroirError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/types.ts";
import type { StateStore, StoreCallOptions, StoreChange } from "../../store/state-store.ts";
import type { DriverTerm } from "./driver-term.ts";
import { isOpen, type JobRecord, parseJob } from "./job-record.ts";

const JOBS = "job/";

/** Prefix of what jobs are asked for by processes that do not drive them. */
const REQUESTS = "job-request/";

/** Key that names the job which may change owners, so that two are never begun at once. */
const CURRENT = "job-current";

/** What a job can be asked for. */
export type JobRequest = "pause" | "cancel";

/** The jobs of a cluster, in its store. */
export class JobBook {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** Every job, the latest first. */
  async list(options?: StoreCallOptions): Promise<JobRecord[]> {
    const entries = await this.#store.list(JOBS, options);
    return entries.map(({ value }) => parseJob(value)).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  }

  /**
   * The job of an id; the latest when none is named.
   * @throws MiroirError `miroir_invalid_config` when there is none
   */
  async find(id?: string, options?: StoreCallOptions): Promise<JobRecord> {
    const jobs = await this.list(options);
    const found = id === undefined ? jobs[0] : jobs.find((job) => job.id === id);
    if (found !== undefined) return found;
    const known = jobs.map((job) => job.id).join(", ");
    const remedy = known === "" ? "There is none yet." : `Name one of these: ${known}.`;
    throw new MiroirError("miroir_invalid_config", `\`job\` is ${JSON.stringify(id ?? null)}. ${remedy}`);
  }

  /**
   * Makes sure that no job is under way.
   * @throws MiroirError `miroir_job_conflict` naming the one that is
   */
  async requireNone(): Promise<void> {
    const open = (await this.list()).find(isOpen);
    if (open === undefined) return;
    throw new MiroirError(
      "miroir_job_conflict",
      `Job \`${open.id}\` (${open.plan.kind}) is ${open.state}, and only one at a time can change who owns what. Wait for ` +
        `it, or end it with \`miroir job resume ${open.id}\` or \`miroir job cancel ${open.id}\`.`,
      { status: 409 },
    );
  }

  /**
   * Writes a new job down.
   * @throws MiroirError `miroir_job_conflict` when another one is under way
   */
  async create(job: JobRecord, term: DriverTerm): Promise<void> {
    const current = await this.#store.get(CURRENT);
    await this.requireNone();
    await term.commit([
      { ...changeOf(job), expected: null },
      { key: CURRENT, value: job.id, expected: current?.revision ?? null },
    ]);
  }

  /** Writes down how far a job is; only its driver can. */
  async save(job: JobRecord, term: DriverTerm): Promise<void> {
    await term.commit([changeOf(job)]);
  }

  /** Asks the driver of a job for something. */
  async request(id: string, request: JobRequest): Promise<void> {
    await this.#store.put(`${REQUESTS}${id}`, request);
  }

  /** What a job was asked for. */
  async requestOf(id: string, options?: StoreCallOptions): Promise<JobRequest | undefined> {
    const entry = await this.#store.get(`${REQUESTS}${id}`, options);
    if (entry === undefined) return undefined;
    return entry.value === "cancel" ? "cancel" : "pause";
  }

  /** Forgets what a job was asked for. */
  async clearRequest(id: string): Promise<void> {
    await this.#store.delete(`${REQUESTS}${id}`);
  }

  /** Calls back when a job may have been asked for something; answers how to stop. */
  onRequest(id: string, listener: () => void): () => void {
    const watch = this.#store.watch(`${REQUESTS}${id}`, listener);
    return () => watch.close();
  }
}

function changeOf(job: JobRecord): StoreChange {
  return { key: `${JOBS}${job.id}`, value: job as unknown as JsonValue };
}
