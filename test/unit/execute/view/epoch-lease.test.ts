import { describe, expect, it } from "vitest";
import { EpochLease, momentOf } from "../../../../src/execute/view/epoch-lease.ts";

/** A machine with both its clocks in the test's hand. */
class Machine {
  wallMs = 1_000_000;
  monotonicMs = 50;

  now(): number {
    return this.wallMs;
  }

  monotonic(): number {
    return this.monotonicMs;
  }

  pass(ms: number): void {
    this.wallMs += ms;
    this.monotonicMs += ms;
  }
}

function setUp() {
  const machine = new Machine();
  return { machine, lease: new EpochLease(machine, 10_000, momentOf(machine)) };
}

describe("EpochLease", () => {
  it("is in force for its time, counted from when it was asked for", () => {
    const { machine, lease } = setUp();
    machine.pass(9_999);
    expect([lease.isInForce, lease.remainingMs]).toEqual([true, 1]);
    machine.pass(1);
    expect([lease.isInForce, lease.remainingMs]).toEqual([false, 0]);
  });

  it("counts anew with each renewal", () => {
    const { machine, lease } = setUp();
    machine.pass(6_000);
    const asked = momentOf(machine);
    machine.pass(1_000);
    expect(lease.extend(asked)).toBe(true);
    expect(lease.remainingMs).toBe(9_000);
  });

  it("never revives once it ran out, whatever a late renewal says or a clock shows", () => {
    const { machine, lease } = setUp();
    machine.pass(9_000);
    const asked = momentOf(machine);
    machine.pass(2_000);
    expect(lease.extend(asked)).toBe(false);
    machine.wallMs -= 60_000;
    machine.monotonicMs -= 11_000;
    expect(lease.isInForce).toBe(false);
  });

  it("ends by the clock that ran faster: a machine that slept, and one whose clock was set back", () => {
    const slept = setUp();
    slept.machine.wallMs += 11_000;
    expect(slept.lease.isInForce).toBe(false);
    const setBack = setUp();
    setBack.machine.pass(5_000);
    setBack.machine.wallMs -= 3_600_000;
    expect(setBack.lease.remainingMs).toBe(5_000);
    setBack.machine.pass(5_000);
    expect(setBack.lease.isInForce).toBe(false);
  });
});
