import { onAbort } from "./abort.ts";

/** Source of time for everything that waits or stamps; tests pass their own. */
export interface Clock {
  /** Milliseconds since the epoch, wall clock. */
  now(): number;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
  /**
   * Resolves after `ms`; rejects with the signal's reason when it aborts first. A `background` sleep does not keep the
   * process alive.
   */
  sleep(ms: number, signal?: AbortSignal, options?: { readonly background?: boolean }): Promise<void>;
  /** Calls back after `ms` unless the answered function was called before: a timer without a promise and a signal. */
  after(ms: number, run: () => void): () => void;
}

/** Longest time a timer can hold, 24 days; with a longer one it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. A sleep longer than a timer can hold ends after 24 days. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal, options) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      let forgetSignal = () => {};
      const timer = setTimeout(
        () => {
          forgetSignal();
          resolve();
        },
        Math.min(ms, LONGEST_TIMER_MS),
      );
      if (options?.background === true) timer.unref();
      if (signal === undefined) return;
      forgetSignal = onAbort(signal, () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
  },
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
