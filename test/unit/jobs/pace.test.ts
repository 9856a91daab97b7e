import { describe, expect, it } from "vitest";
import { Pace } from "../../../src/jobs/pace.ts";
import type { Clock } from "../../../src/util/clock.ts";

/** A clock whose sleeps are over at once, and which has slept as long. */
class PassingClock implements Pick<Clock, "monotonic" | "sleep"> {
  timeMs = 0;

  monotonic(): number {
    return this.timeMs;
  }

  async sleep(ms: number): Promise<void> {
    this.timeMs += ms;
  }
}

const signal = new AbortController().signal;

describe("Pace", () => {
  it("lets no more documents through in a second than it may", async () => {
    const clock = new PassingClock();
    const pace = new Pace(clock, 500);
    for (let page = 0; page < 10; page++) await pace.take(1000, signal);
    expect(clock.timeMs).toBe(20_000);
  });

  it("holds nobody back who was slower anyway, and saves nothing up for later", async () => {
    const clock = new PassingClock();
    const pace = new Pace(clock, 500);
    await pace.take(500, signal);
    clock.timeMs = 60_000;
    await pace.take(500, signal);
    expect(clock.timeMs).toBe(61_000);
  });

  it("never waits when there is no limit", async () => {
    const clock = new PassingClock();
    await new Pace(clock, Number.POSITIVE_INFINITY).take(1_000_000, signal);
    expect(clock.timeMs).toBe(0);
  });
});
