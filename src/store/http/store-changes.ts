import { onAbort } from "../../util/abort.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import type { StateStore, StoreWatch } from "../state-store.ts";

/** Longest that one request may wait for a change, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;

/** A wait for changes, limited as a whole. */
export interface ChangeWait {
  /** True at the next hint of a change, false when the time is over or nobody waits any more. */
  next(): Promise<boolean>;
}

/** Lets many requests wait for the next change of a store by one watch. */
export class StoreChanges {
  readonly #watch: StoreWatch;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(store: StateStore, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#watch = store.watch("", () => {
      for (const wake of [...this.#waiting]) wake();
    });
  }

  /** Begins to wait: a change after this call is noticed even when it comes before `next` is called. */
  wait(ms: number, signal: AbortSignal): ChangeWait {
    const state = { isHinted: false, isOver: ms === 0 };
    let wake = () => {};
    const onHint = () => {
      state.isHinted = true;
      wake();
    };
    const end = () => {
      state.isOver = true;
      this.#waiting.delete(onHint);
      stop();
      wake();
    };
    const stop = this.#clock.after(Math.min(ms, LONGEST_WAIT_MS), end);
    if (!state.isOver) this.#waiting.add(onHint);
    onAbort(signal, end);
    return {
      async next() {
        if (!state.isHinted && !state.isOver) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const isHinted = state.isHinted && !state.isOver;
        state.isHinted = false;
        return isHinted;
      },
    };
  }

  close(): void {
    this.#watch.close();
  }
}
