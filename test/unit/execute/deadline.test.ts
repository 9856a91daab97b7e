import { describe, expect, it } from "vitest";
import { Deadline, DeadlineExceeded } from "../../../src/execute/deadline.ts";
import { FakeClock } from "../../support/fake-clock.ts";

describe("Deadline", () => {
  it("fires once its time is over, with a reason that names the budget", async () => {
    const clock = new FakeClock();
    const deadline = Deadline.start(clock, 250);
    await clock.advance(249);
    expect(deadline.signal.aborted).toBe(false);
    expect(deadline.remainingMs).toBe(1);
    await clock.advance(1);
    expect(deadline.signal.reason).toBeInstanceOf(DeadlineExceeded);
    expect(deadline.signal.reason).toMatchObject({ timeoutMs: 250, message: "the deadline of 250 ms has passed" });
  });

  it("never has less than nothing left", async () => {
    const clock = new FakeClock();
    const deadline = Deadline.start(clock, 10);
    await clock.advance(1000);
    expect(deadline.remainingMs).toBe(0);
  });

  it("ends early with the caller's own reason", () => {
    const caller = new AbortController();
    const deadline = Deadline.start(new FakeClock(), 1000, caller.signal);
    const reason = new Error("enough");
    caller.abort(reason);
    expect(deadline.signal.reason).toBe(reason);
    deadline.end();
  });

  it("is over at once when the caller had given up before", () => {
    const deadline = Deadline.start(new FakeClock(), 1000, AbortSignal.abort("gone"));
    expect(deadline.signal.reason).toBe("gone");
    deadline.end();
  });

  it("frees its timer when it is ended, and does not fire any more", async () => {
    const clock = new FakeClock();
    const caller = new AbortController();
    const deadline = Deadline.start(clock, 100, caller.signal);
    deadline.end();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
    caller.abort();
    expect(deadline.signal.aborted).toBe(false);
  });
});
