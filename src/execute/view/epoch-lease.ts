import type { Clock } from "../../util/clock.ts";

/** A moment by both clocks of this machine. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** The moment that it is. */
export function momentOf(clock: Pick<Clock, "now" | "monotonic">): Moment {
  return { monotonicMs: clock.monotonic(), wallMs: clock.now() };
}

/**
 * The right of this process to work under the topology it knows, for a time. One that ran out stays so, whatever its
 * holder hears later: what was begun under it may have been overtaken by a change of owners.
 */
export class EpochLease {
  readonly #clock: Pick<Clock, "now" | "monotonic">;
  readonly #ttlMs: number;
  #granted: Moment;
  #isLost = false;

  /** @param granted when it was asked for: the store began to count later */
  constructor(clock: Pick<Clock, "now" | "monotonic">, ttlMs: number, granted: Moment) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#granted = granted;
  }

  /**
   * Milliseconds left, by whichever clock ran faster: the wall clock knows of a machine that slept, the monotonic one of
   * a wall clock that was set back.
   */
  get remainingMs(): number {
    if (this.#isLost) return 0;
    const { monotonicMs, wallMs } = this.#granted;
    const ageMs = Math.max(this.#clock.monotonic() - monotonicMs, this.#clock.now() - wallMs);
    if (ageMs >= this.#ttlMs) this.#isLost = true;
    return Math.max(0, this.#ttlMs - ageMs);
  }

  get isInForce(): boolean {
    return this.remainingMs > 0;
  }

  /** Counts anew from a renewal that was asked for at `granted`; false, and no more than that, once it ran out. */
  extend(granted: Moment): boolean {
    if (!this.isInForce) return false;
    this.#granted = granted;
    return this.isInForce;
  }

  /** Ends it at once: the store does not know it any more. */
  lose(): void {
    this.#isLost = true;
  }
}
