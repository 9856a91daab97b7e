import { MiroirError } from "../../core/errors.ts";
import { DRIVER } from "../../execute/view/abandoned-hold.ts";
import type { Lease, StateStore, StoreChange } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";

/** Time of the lease, and between renewals, in milliseconds. */
const LEASE_MS = 10_000;
const RENEWAL_MS = 3000;

/** Pause before a renewal that failed is tried again, in milliseconds. */
const RETRY_MS = 500;

/** What a term is begun with. */
export interface TermOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  /** Unlike that of any other process. */
  readonly holder: string;
}

/**
 * The time in which this process, and no other, drives jobs. It is over when the store cannot be asked for as long as the
 * lease lasts, or says that another process took over.
 */
export class DriverTerm {
  readonly #options: TermOptions;
  readonly #over = new AbortController();
  readonly #closed = new AbortController();
  readonly #renewing: Promise<void>;
  #lease: Lease;
  #renewedAt: number;

  private constructor(options: TermOptions, lease: Lease, askedAt: number) {
    this.#options = options;
    this.#lease = lease;
    this.#renewedAt = askedAt;
    this.#renewing = this.#renew();
  }

  /**
   * Begins a term.
   * @throws MiroirError `miroir_job_conflict` while another process drives
   */
  static async begin(options: TermOptions, signal: AbortSignal): Promise<DriverTerm> {
    const { store, clock, holder } = options;
    const askedAt = clock.monotonic();
    const lease = await store.lease(DRIVER, { holder, ttlMs: LEASE_MS, signal });
    if (lease !== undefined) return new DriverTerm(options, lease, askedAt);
    throw new MiroirError(
      "miroir_job_conflict",
      "Another process drives a job; `miroir job list` says which. Wait for it, or `miroir job pause` it. Where that " +
        `process has died, its right to drive ends within ${LEASE_MS / 1000} seconds: try again then.`,
      { status: 409 },
    );
  }

  /** Fires when the term is over against our will, with the error that everything under way has to end with. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** As last renewed. */
  get lease(): Lease {
    return this.#lease;
  }

  /** Greater than those of all former terms. */
  get number(): number {
    return this.#lease.token;
  }

  get holder(): string {
    return this.#options.holder;
  }

  /**
   * Commits, if the term lasts.
   * @throws MiroirError `miroir_job_fenced` when it is over, `miroir_job_conflict` when a key is not as expected
   */
  async commit(changes: readonly StoreChange[]): Promise<void> {
    this.signal.throwIfAborted();
    const result = await this.#options.store.commit(changes, { fence: this.#lease });
    if (result.ok) return;
    if (result.reason === "fenced") throw this.#lose();
    const message = `\`${result.key}\` was changed by another process meanwhile. Try again.`;
    throw new MiroirError("miroir_job_conflict", message, { status: 409 });
  }

  /** Gives the right back. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#renewing;
    if (!this.signal.aborted) await this.#options.store.release(this.#lease).catch(() => undefined); // it runs out
  }

  #lose(): MiroirError {
    const error = new MiroirError(
      "miroir_job_fenced",
      "This process may not drive the job any more: the store was away for too long, or another process took over.",
      { status: 409 },
    );
    this.#over.abort(error);
    return error;
  }

  async #renew(): Promise<void> {
    for (let pauseMs = RENEWAL_MS; ; ) {
      await this.#options.clock.sleep(pauseMs, this.#closed.signal, { background: true }).catch(() => undefined);
      if (this.#closed.signal.aborted || this.signal.aborted) return;
      pauseMs = await this.#renewOnce();
    }
  }

  /** Answers the pause until the next renewal. */
  async #renewOnce(): Promise<number> {
    const { clock, store } = this.#options;
    const askedAt = clock.monotonic();
    try {
      const lease = await store.renew(this.#lease, { signal: this.#closed.signal });
      if (lease === undefined) {
        this.#lose();
        return 0;
      }
      this.#lease = lease;
      this.#renewedAt = askedAt;
      return RENEWAL_MS;
    } catch {
      // The lease lasts for a while yet, and the store may answer again before it ends.
      const isSpent = clock.monotonic() - this.#renewedAt >= LEASE_MS;
      if (isSpent && !this.#closed.signal.aborted) this.#lose();
      return RETRY_MS;
    }
  }
}
