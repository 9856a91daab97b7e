import { type MemoryStore, memoryStore } from "../../../src/store/local/memory-store.ts";
import type { StateStore } from "../../../src/store/state-store.ts";
import type { HintListener } from "../../../src/store/store-driver.ts";
import { ProcessClock } from "../cluster/process-clock.ts";
import type { Timeline } from "../kernel/timeline.ts";

/** Name of the store among those that links may be broken to. */
export const STORE = "store";

/** The one place where the data of a store are, on a machine with a clock of its own. */
export class StoreServer {
  readonly #memory: MemoryStore;
  readonly #listeners = new Set<HintListener>();
  /** The store as a caller on its own machine uses it. */
  readonly local: StateStore;
  isUp = true;
  /** When its data went back to what they had been, if they did, in milliseconds since the beginning. */
  wentBackAtMs: number | undefined;
  readonly #timeline: Timeline;

  constructor(timeline: Timeline, clockOffsetMs: number) {
    this.#timeline = timeline;
    const clock = new ProcessClock(timeline);
    clock.offsetMs = clockOffsetMs;
    this.#memory = memoryStore({ clock });
    this.local = this.#memory.open();
  }

  /** Whom to tell of changed keys; answers how to stop. */
  readonly listen = (listener: HintListener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Remembers the data as they are, like a replica that hears of nothing more; answers how it takes over. */
  fork(): () => void {
    const backup = this.#memory.backup();
    return () => {
      this.#memory.restore(backup);
      this.wentBackAtMs = this.#timeline.nowMs;
    };
  }

  /** Tells all that listen. */
  tell(keys: readonly string[]): void {
    for (const listener of [...this.#listeners]) listener(keys);
  }
}
