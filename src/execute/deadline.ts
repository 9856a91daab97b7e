import { onAbort } from "../util/abort.ts";
import type { Clock } from "../util/clock.ts";

/** Abort reason of a {@link Deadline} that ran out, so that a time-out can be told from a caller's abort. */
export class DeadlineExceeded extends Error {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`the deadline of ${timeoutMs} ms has passed`);
    this.name = "DeadlineExceeded";
    this.timeoutMs = timeoutMs;
  }
}

/** One budget of time for a whole operation; hand its `signal` down, and `end()` it in a `finally`. */
export class Deadline {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #stopTimer: () => void;
  readonly #endsAt: number;
  readonly #forgetParent: () => void;

  private constructor(clock: Clock, timeoutMs: number, parent: AbortSignal | undefined) {
    this.#clock = clock;
    this.#endsAt = clock.monotonic() + timeoutMs;
    this.#forgetParent =
      parent === undefined ? () => undefined : onAbort(parent, () => this.#controller.abort(parent.reason));
    this.#stopTimer = clock.after(timeoutMs, () => this.#controller.abort(new DeadlineExceeded(timeoutMs)));
  }

  /** Starts counting now; the caller's own signal ends it early with the caller's reason. */
  static start(clock: Clock, timeoutMs: number, parent?: AbortSignal): Deadline {
    return new Deadline(clock, timeoutMs, parent);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds left, never below zero. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.monotonic());
  }

  /** Ends it early, for a reason of one's own. */
  giveUp(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Frees the timer and the listener. */
  end(): void {
    this.#stopTimer();
    this.#forgetParent();
  }
}
