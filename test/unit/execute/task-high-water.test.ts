import { describe, expect, it } from "vitest";
import { seenRecord, TaskHighWater } from "../../../src/execute/task-high-water.ts";

const at = "2026-01-01T00:00:00Z";

describe("what was seen of a node", () => {
  it("goes by the newest incarnation, however high the numbers of the one before", () => {
    const seen = new TaskHighWater();
    seen.load([
      seenRecord("a", { incarnation: 2, taskUid: 3, at }),
      seenRecord("a", { incarnation: 1, taskUid: 70, at }),
    ]);
    expect(seen.seen("a")).toEqual({ incarnation: 2, taskUid: 3, at });
  });

  it("tells which nodes were begun anew, once", () => {
    const seen = new TaskHighWater();
    const records = [
      seenRecord("a", { incarnation: 2, taskUid: 3, at }),
      seenRecord("b", { incarnation: 1, taskUid: 7, at }),
    ];
    expect([...seen.load(records)]).toEqual(["a"]);
    expect([...seen.load([...records, seenRecord("a", { incarnation: 2, taskUid: 9, at })])]).toEqual([]);
  });

  it("is not overwritten by a process that has not heard yet that the node was begun anew", () => {
    const before = seenRecord("a", { incarnation: 1, taskUid: 70, at });
    const after = seenRecord("a", { incarnation: 2, taskUid: -1, at });
    expect(after.id).not.toBe(before.id);
    expect(seenRecord("a", { incarnation: 2, taskUid: 5, at }).id).toBe(after.id);
    expect((after.value as { stamp: string }).stamp > (before.value as { stamp: string }).stamp).toBe(true);
  });
});
