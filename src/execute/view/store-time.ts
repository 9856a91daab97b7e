import type { StoreStatus } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";

/** Uncertainty above which a reading says nothing, in milliseconds. */
const WORST_MS = 50;

/** The store's clock as far as this process knows it, so that all processes stamp by one clock. */
export class StoreTime {
  readonly #clock: Pick<Clock, "now" | "monotonic">;
  #offsetMs = 0;

  constructor(clock: Pick<Clock, "now" | "monotonic">) {
    this.#clock = clock;
  }

  /** Milliseconds since 1970 by the store's clock; by this machine's as long as no reading was good enough. */
  now(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** Learns from an answer of the store: its time lies between the call and the answer (Cristian 1989). */
  async learn(ask: () => Promise<StoreStatus>): Promise<StoreStatus> {
    const began = this.#clock.monotonic();
    const status = await ask();
    const uncertaintyMs = (this.#clock.monotonic() - began) / 2;
    if (uncertaintyMs <= WORST_MS) this.#offsetMs = Math.round(status.time + uncertaintyMs - this.#clock.now());
    return status;
  }
}
