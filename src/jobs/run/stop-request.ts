import { onAbort } from "../../util/abort.ts";
import type { Clock } from "../../util/clock.ts";
import type { JobBook, JobRequest } from "./job-book.ts";

/** Longest time between two looks at what a job is asked for, in milliseconds. */
const LOOK_MS = 1000;

/** Why a job stops before its end. */
export class JobStopped extends Error {
  readonly request: JobRequest;

  constructor(request: JobRequest) {
    super(`the job shall ${request}`);
    this.name = "JobStopped";
    this.request = request;
  }
}

/** What a {@link StopRequest} listens to. */
export interface StopOptions {
  readonly book: JobBook;
  readonly clock: Clock;
  readonly job: string;
  /** Of this process; a job pauses then. */
  readonly signal: AbortSignal;
}

/** Listens for the wish that a job pauses or ends, from this process or another. */
export class StopRequest {
  readonly #options: StopOptions;
  readonly #stop = new AbortController();
  readonly #closed = new AbortController();
  readonly #unwatch: () => void;
  readonly #looking: Promise<void>;
  readonly #forgetSignal: () => void;
  #wake: () => void = () => undefined;

  constructor(options: StopOptions) {
    this.#options = options;
    const { book, job, signal } = options;
    this.#forgetSignal = onAbort(signal, () => this.#stop.abort(new JobStopped("pause")));
    this.#unwatch = book.onRequest(job, () => this.#wake());
    this.#looking = this.#look();
  }

  /** Fires with a {@link JobStopped}. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#unwatch();
    this.#forgetSignal();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { book, clock, job } = this.#options;
    while (!this.#closed.signal.aborted && !this.signal.aborted) {
      const pause = new AbortController();
      this.#wake = () => pause.abort();
      const request = await book.requestOf(job).catch(() => undefined); // the next look may find the store
      if (request !== undefined) this.#stop.abort(new JobStopped(request));
      else
        await clock
          .sleep(LOOK_MS, AbortSignal.any([pause.signal, this.#closed.signal]), { background: true })
          .catch(() => undefined);
    }
  }
}
