import { onAbort } from "../../../src/util/abort.ts";
import type { Clock } from "../../../src/util/clock.ts";
import type { Timeline } from "../kernel/timeline.ts";

/** When the simulations begin, by a true clock. */
const BEGINNING_MS = Date.UTC(2026, 0, 1);

/** A process's own clock: the timeline's, off by as much as it is wrong; nothing wakes while the process stands still. */
export class ProcessClock implements Clock {
  readonly #timeline: Timeline;
  readonly #wake: (run: () => void) => void;
  /** How far the wall clock is ahead. */
  offsetMs = 0;

  constructor(timeline: Timeline, wake: (run: () => void) => void = (run) => run()) {
    this.#timeline = timeline;
    this.#wake = wake;
  }

  now(): number {
    return Math.floor(BEGINNING_MS + this.#timeline.nowMs + this.offsetMs);
  }

  monotonic(): number {
    return this.#timeline.nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      let forgetSignal = () => {};
      const cancel = this.after(ms, () => {
        forgetSignal();
        resolve();
      });
      if (signal === undefined) return;
      forgetSignal = onAbort(signal, () => {
        cancel();
        reject(signal.reason);
      });
    });
  }

  after(ms: number, run: () => void): () => void {
    let isCanceled = false;
    const cancel = this.#timeline.after(ms, () => {
      this.#wake(() => {
        if (!isCanceled) run();
      });
    });
    return () => {
      isCanceled = true;
      cancel();
    };
  }
}
