import type { Clock } from "../util/clock.ts";

/** Holds work back so that it handles no more documents a second than it may. */
export class Pace {
  readonly #clock: Pick<Clock, "monotonic" | "sleep">;
  readonly #documentsPerSecond: number;
  /** When what was taken so far is through. */
  #freeAt = 0;

  constructor(clock: Pick<Clock, "monotonic" | "sleep">, documentsPerSecond: number) {
    this.#clock = clock;
    this.#documentsPerSecond = documentsPerSecond;
  }

  /** Resolves when so many documents may be followed by others. */
  async take(documents: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic();
    this.#freeAt = Math.max(now, this.#freeAt) + (documents / this.#documentsPerSecond) * 1000;
    if (this.#freeAt > now) await this.#clock.sleep(this.#freeAt - now, signal);
  }
}
