import type { Clock } from "../../util/clock.ts";

/** What a {@link Ticker} does. */
export interface TickerOptions {
  /** Never rejects. */
  turn(): Promise<void>;
  /** Pause before the next turn, in milliseconds. */
  pauseMs(): number;
  /** Whether another turn is worth it. */
  isNeeded(): boolean;
  /** Done once when no turn is needed any more, until the next is asked for. */
  rest(): Promise<void>;
}

/** Does something again and again while it is needed, one turn at a time, without keeping the process alive. */
export class Ticker {
  readonly #clock: Clock;
  readonly #options: TickerOptions;
  readonly #closed = new AbortController();
  #pause = new AbortController();
  #isHurried = false;
  #running: Promise<void> | undefined;
  #waiters: (() => void)[] = [];

  constructor(clock: Clock, options: TickerOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Begins with a pause. */
  start(): void {
    this.#running ??= this.#run(false);
  }

  /** Has the next turn begin at once, if turns are being made. */
  hurry(): void {
    this.#isHurried = true;
    this.#pause.abort();
  }

  /** Resolves at the end of a turn that began after this call. */
  next(): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.resolve();
    const done = new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.hurry();
    this.#running ??= this.#run(true);
    return done;
  }

  /** Ends after the turn under way, and rests. */
  async stop(): Promise<void> {
    this.#closed.abort();
    this.#pause.abort();
    await this.#running;
    await this.#options.rest();
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  async #run(isDue: boolean): Promise<void> {
    const { signal } = this.#closed;
    if (!isDue) await this.#wait();
    while (!signal.aborted && (this.#waiters.length > 0 || this.#options.isNeeded())) {
      this.#isHurried = false;
      const waiters = this.#waiters.splice(0);
      await this.#options.turn();
      for (const resolve of waiters) resolve();
      if (!signal.aborted) await this.#wait();
    }
    if (!signal.aborted) await this.#options.rest();
    this.#running = undefined;
    if (!signal.aborted && this.#waiters.length > 0) this.#running = this.#run(true);
  }

  async #wait(): Promise<void> {
    if (this.#isHurried) return;
    this.#pause = new AbortController();
    await this.#clock.sleep(this.#options.pauseMs(), this.#pause.signal, { background: true }).catch(() => undefined);
  }
}
