import { describe, expect, it } from "vitest";
import { encodeDigits } from "../../../src/routing/reserved.ts";
import { decodeStamp, encodeStamp, HybridClock } from "../../../src/routing/stamp.ts";

const clockAt = (time: { ms: number }, writer = 7) => new HybridClock({ now: () => time.ms, writer });

describe("HybridClock", () => {
  it("writes twenty brackets that say time, order, derived and writer", () => {
    const stamp = clockAt({ ms: 1_700_000_000_123 }).next(true);
    expect(stamp).toMatch(/^[\u2983-\u2992]{20}$/);
    expect(decodeStamp(stamp)).toEqual({ timeMs: 1_700_000_000_123, sequence: 0, derived: true, writer: 7 });
  });

  it("never gives a stamp twice nor one below another, even when time stands still or goes back", () => {
    const time = { ms: 1000 };
    const clock = clockAt(time);
    let last = "";
    for (let call = 0; call < 70_000; call++) {
      if (call === 40_000) time.ms = 900;
      const stamp = clock.next(call % 2 === 0);
      if (stamp <= last) throw new Error(`stamp ${call} is not above the one before`);
      last = stamp;
    }
    expect(decodeStamp(last).timeMs).toBe(1002);
  });

  it("gives a whole millisecond to documents that are stamped where they lie", () => {
    const clock = clockAt({ ms: 1000 });
    const before = clock.next(false);
    const { head, tail, last } = clock.nextSpread();
    const stamps = ["000", "001", "fff"].map((slot) => head + encodeDigits(slot) + tail);
    expect(stamps.map(decodeStamp)).toEqual(
      [0, 8, 0xfff * 8].map((sequence) => ({ timeMs: 1001, sequence, derived: true, writer: 7 })),
    );
    expect([before, ...stamps, last]).toEqual([before, ...stamps, last].sort());
    expect(clock.next(false) > last).toBe(true);
  });

  it("follows the time when it moves on", () => {
    const time = { ms: 1000 };
    const clock = clockAt(time);
    clock.next(false);
    clock.next(false);
    time.ms = 1001.9;
    expect(decodeStamp(clock.next(false))).toMatchObject({ timeMs: 1001, sequence: 0 });
  });

  it("stays above every stamp it has seen", () => {
    const clock = clockAt({ ms: 1000 });
    const ahead = encodeStamp({ timeMs: 5000, sequence: 9, derived: true, writer: 65_535 });
    clock.observe(ahead);
    clock.observe(encodeStamp({ timeMs: 5000, sequence: 3, derived: false, writer: 1 }));
    clock.observe(encodeStamp({ timeMs: 10, sequence: 30, derived: false, writer: 1 }));
    const stamp = clock.next(false);
    expect(stamp > ahead).toBe(true);
    expect(decodeStamp(stamp)).toMatchObject({ timeMs: 5000, sequence: 10, derived: false });
  });

  it("moves to the next millisecond when the observed one is full", () => {
    const clock = clockAt({ ms: 1000 });
    clock.observe(encodeStamp({ timeMs: 2000, sequence: 32_767, derived: true, writer: 1 }));
    expect(decodeStamp(clock.next(true))).toMatchObject({ timeMs: 2001, sequence: 0 });
  });

  it("refuses a writer number that does not fit, and texts that are no stamp", () => {
    expect(() => clockAt({ ms: 0 }, 65_536)).toThrow(/from 0 to 65535/);
    expect(() => decodeStamp("abc")).toThrow(RangeError);
    expect(() => decodeStamp("\u2983")).toThrow(/20 digits/);
  });
});
