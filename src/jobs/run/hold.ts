import type { Clock } from "../../util/clock.ts";

/** The time for which writers wait; it must not grow long, whatever happens to the nodes. */
export class Hold {
  /** Fires when time is out, or the job shall end. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #spent = new AbortController();
  readonly #stopTimer: () => void;

  constructor(clock: Clock, limitMs: number, signal: AbortSignal) {
    this.#clock = clock;
    this.#endsAt = clock.monotonic() + limitMs;
    this.#stopTimer = clock.after(limitMs, () => this.#spent.abort(new Error("the hold took too long")));
    this.signal = AbortSignal.any([signal, this.#spent.signal]);
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.monotonic());
  }

  get isSpent(): boolean {
    return this.#spent.signal.aborted;
  }

  /** From here on time does not count. */
  lift(): void {
    this.#stopTimer();
  }
}
