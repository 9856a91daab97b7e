import { type Clock, systemClock } from "../../src/util/clock.ts";

/** The machine's clock, whose time of day can be moved; waits and timers go on as usual. */
export class ShiftingClock implements Clock {
  readonly monotonic = systemClock.monotonic;
  readonly sleep = systemClock.sleep;
  readonly after = systemClock.after;
  #shiftMs = 0;

  now(): number {
    return systemClock.now() + this.#shiftMs;
  }

  move(ms: number): void {
    this.#shiftMs += ms;
  }
}
