import type { Clock } from "../../util/clock.ts";
import type { CopyProgress } from "../move/copy-shards.ts";
import type { DriverTerm } from "./driver-term.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord } from "./job-record.ts";

/** What is told of a job under way. */
export interface JobProgress {
  readonly job: JobRecord;
  /** What the step under way copies: documents that have arrived, and those there are. */
  readonly copying?: { readonly index: string; readonly documents: number; readonly total: number };
}

/** What a {@link JobLog} works with. */
export interface JobLogOptions {
  readonly book: JobBook;
  readonly term: DriverTerm;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly onProgress: (progress: JobProgress) => void;
}

/** Events that are kept. */
const EVENTS = 50;

/** Shortest time between two notes of how far a copy is, in milliseconds. */
const SAVE_MS = 1000;

/** How far a job is, written down as it goes on. */
export class JobLog {
  readonly #options: JobLogOptions;
  #job: JobRecord;
  #savedAt = Number.NEGATIVE_INFINITY;
  #saving: Promise<void> = Promise.resolve();

  constructor(job: JobRecord, options: JobLogOptions) {
    this.#job = job;
    this.#options = options;
  }

  get job(): JobRecord {
    return this.#job;
  }

  /** Writes down what has changed, and what happened, in words. */
  async update(changes: Partial<JobRecord>, event?: string): Promise<void> {
    const { clock, onProgress } = this.#options;
    const updatedAt = new Date(clock.now()).toISOString();
    const { error: _, ...job } = this.#job;
    const events = event === undefined ? [] : [{ at: updatedAt, text: event }];
    const history = [...job.history, ...events].slice(-EVENTS);
    this.#job = { ...job, ...changes, history, updatedAt };
    onProgress({ job: this.#job });
    await this.#save();
  }

  /** Takes note of documents that a copy brought; `before` is what had been copied when it began. */
  copied(
    { index, documents, bytes, total, cursor }: CopyProgress,
    before: Pick<JobRecord, "documents" | "bytes">,
  ): void {
    this.#job = {
      ...{ ...this.#job, cursor: [...cursor].map((mark) => ({ ...mark, shards: [...mark.shards] })) },
      ...{ documents: before.documents + documents, bytes: before.bytes + bytes },
    };
    this.#options.onProgress({ job: this.#job, copying: { index, documents, total } });
    if (this.#options.clock.monotonic() - this.#savedAt < SAVE_MS) return;
    void this.#save().catch(() => undefined); // the next note, or the end of the step, says more
  }

  /** Takes note of how long writers had to wait; written down with the next change. */
  held(ms: number): void {
    const { longestMs, ...holds } = this.#job.holds;
    this.#job = { ...this.#job, holds: { ...holds, longestMs: Math.max(longestMs, Math.ceil(ms)) } };
  }

  /** One after the other, so that an older note never lands on a newer one. */
  #save(): Promise<void> {
    const { book, term, clock } = this.#options;
    this.#savedAt = clock.monotonic();
    const saved = this.#saving.then(() => book.save(this.#job, term));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }
}
