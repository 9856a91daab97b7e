import { describe, expect, it } from "vitest";
import { TaskUids, WRITER_SLOTS } from "../../../src/tasks/task-uid.ts";

const START = Date.UTC(2026, 5, 1);

describe("TaskUids", () => {
  it("gives safe integers in rising order, also when a millisecond is used up many times over", () => {
    const uids = new TaskUids({ now: () => START, writer: 63 });
    let last = -1;
    for (let count = 0; count < 1000; count++) {
      const uid = uids.next();
      expect(Number.isSafeInteger(uid)).toBe(true);
      expect(uid).toBeGreaterThan(last);
      last = uid;
    }
  });

  it("never goes back when the clock does", () => {
    let now = START;
    const uids = new TaskUids({ now: () => now, writer: 1 });
    const before = uids.next();
    now -= 60_000;
    expect(uids.next()).toBeGreaterThan(before);
  });

  it("orders by time across writers, and gives two writers different numbers in one millisecond", () => {
    let now = START;
    const writers = [63, 0].map((writer) => new TaskUids({ now: () => now, writer }));
    const early = writers.map((uids) => uids.next());
    now += 1;
    const late = writers.map((uids) => uids.next());
    expect(new Set([...early, ...late]).size).toBe(4);
    expect(Math.max(...early)).toBeLessThan(Math.min(...late));
  });

  it("stays whole with a clock that counts fractions", () => {
    expect(Number.isSafeInteger(new TaskUids({ now: () => START + 0.7, writer: 1 }).next())).toBe(true);
  });

  it("stays a safe integer to the end of its 41 bits of time", () => {
    const end = Date.UTC(2024, 0, 1) + 2 ** 41 - 1;
    const uid = new TaskUids({ now: () => end, writer: WRITER_SLOTS - 1 }).next();
    expect(Number.isSafeInteger(uid)).toBe(true);
  });
});
