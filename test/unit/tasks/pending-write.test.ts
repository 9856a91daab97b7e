import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import type { NotedWrite } from "../../../src/tasks/own-writes/noted-write.ts";
import { PendingWrite } from "../../../src/tasks/own-writes/pending-write.ts";

const UID = 42;

function write(more: Partial<NotedWrite> = {}): PendingWrite {
  return new PendingWrite({ taskUid: UID, index: "movies", parts: { a: [1], b: [2] }, isMarked: true, ...more });
}

/** A node's answer about one of its tasks. */
function says(taskUid: number, status: string, mark = UID): Map<number, JsonObject> {
  return new Map([[taskUid, { uid: taskUid, status, customMetadata: `miroir:${mark} {}` }]]);
}

function progress(pending: PendingWrite, { suspects = [], gone = [] }: { suspects?: string[]; gone?: string[] } = {}) {
  const seen = { isMember: (id: string) => !gone.includes(id), isSuspect: (id: string) => suspects.includes(id) };
  const found = pending.progress(seen);
  return { pending: [...found.pending], behind: [...found.behind] };
}

describe("a pending write", () => {
  it("is behind on every node that has yet to say that it applied it", () => {
    const pending = write();
    expect(progress(pending)).toEqual({ pending: ["a", "b"], behind: ["a", "b"] });
    pending.learn("a", says(1, "processing"));
    pending.learn("b", says(2, "succeeded"));
    expect(progress(pending)).toEqual({ pending: ["a"], behind: ["a"] });
    expect(pending.openTasks("a")).toEqual([1]);
    expect(pending.openTasks("b")).toEqual([]);
    pending.learn("a", says(1, "succeeded"));
    expect(progress(pending)).toEqual({ pending: [], behind: [] });
  });

  it.each([
    ["failed it", says(1, "failed")],
    ["forgot it", new Map<number, JsonObject>()],
    ["has another's task under its number", says(1, "succeeded", 43)],
  ])("is behind for good on a node that %s while another has it", (_, answer) => {
    const pending = write();
    pending.learn("a", answer);
    pending.learn("b", says(2, "succeeded"));
    expect(progress(pending)).toEqual({ pending: [], behind: ["a"] });
    expect(pending.left).toMatchObject({ parts: { b: [] }, missed: ["a"] });
    expect(progress(new PendingWrite(pending.left))).toEqual({ pending: [], behind: ["a"] });
  });

  it("is behind nowhere when no node has it", () => {
    const pending = write();
    pending.learn("a", says(1, "failed"));
    expect(progress(pending)).toEqual({ pending: ["b"], behind: ["a", "b"] });
    pending.learn("b", says(2, "canceled"));
    expect(progress(pending)).toEqual({ pending: [], behind: [] });
  });

  it("is not waited for on a node that is down, nor on one that left, and is behind on the former", () => {
    const pending = write({ missed: ["c"] });
    pending.learn("b", says(2, "succeeded"));
    expect(progress(pending, { suspects: ["a"] })).toEqual({ pending: [], behind: ["a", "c"] });
    expect(progress(pending, { gone: ["a", "c"] })).toEqual({ pending: [], behind: [] });
    pending.learn("a", undefined);
    expect(progress(pending)).toEqual({ pending: ["a"], behind: ["a", "c"] });
  });

  it("waits for the record of its index until one node shows it", () => {
    const seen = { isMember: () => true, isSuspect: (id: string) => id === "b" };
    const pending = write({ rows: { a: [7], b: [8] } });
    expect(pending.openTasks("a")).toEqual([1, 7]);
    expect(pending.areRowsPending(seen)).toBe(true);
    pending.learn("a", new Map([...says(1, "succeeded"), ...says(7, "enqueued")]));
    expect(pending.areRowsPending(seen)).toBe(true);
    expect(pending.left).toMatchObject({ rows: { a: [7], b: [8] } });
    pending.learn("a", says(7, "failed"));
    expect(pending.areRowsPending(seen)).toBe(false);
    expect(pending.left.rows).toEqual({ b: [8] });
    pending.learn("b", says(8, "succeeded"));
    expect(pending.left.rows).toBeUndefined();
  });

  it("touches the same documents when there are more shards, or fewer", () => {
    // Bits 1 and 6 of eight.
    const pending = write({ shards: "24", of: 8 });
    const touched = (total: number) =>
      Array.from({ length: total }, (_, at) => at).filter((at) => pending.touches(at, total));
    expect(touched(8)).toEqual([1, 6]);
    expect(touched(16)).toEqual([1, 6, 9, 14]);
    expect(touched(4)).toEqual([1, 2]);
    expect(write().touches(3, 8)).toBe(true);
    // Replicated everywhere: one shard that is read beside many.
    expect(write({ shards: "*", of: 1 }).touches(5, 8)).toBe(true);
  });

  it("concerns its index alone, or every one when it is about several", () => {
    expect([write().concerns("movies"), write().concerns("films")]).toEqual([true, false]);
    expect(new PendingWrite({ taskUid: UID, parts: {} }).concerns("films")).toBe(true);
  });
});
