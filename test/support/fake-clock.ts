import type { Clock } from "../../src/util/clock.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #timeMs: number;

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#timeMs = startMs;
  }

  now(): number {
    return this.#timeMs;
  }

  monotonic(): number {
    return this.#timeMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const sleeper: Sleeper = { at: this.#timeMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  after(ms: number, run: () => void): () => void {
    const wake = () => {
      this.#sleepers.delete(sleeper);
      run();
    };
    const sleeper: Sleeper = { at: this.#timeMs + ms, wake };
    this.#sleepers.add(sleeper);
    return () => this.#sleepers.delete(sleeper);
  }

  /** Timers that have neither fired nor been freed. */
  get pending(): number {
    return this.#sleepers.size;
  }

  /** Lets time pass; timers fire in order, and what they set in motion runs before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#timeMs + ms;
    for (;;) {
      await settle();
      const [next] = [...this.#sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timeMs = Math.max(this.#timeMs, next.at);
      next.wake();
    }
    this.#timeMs = end;
    await settle();
  }
}

/** Lets everything that waits for nothing but promises run to its end. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
