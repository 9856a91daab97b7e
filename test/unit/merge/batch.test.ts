import { describe, expect, it } from "vitest";
import { batchOf, slowestProgress } from "../../../src/merge/batch.ts";

const task = {
  ...{
    uid: 7,
    batchUid: 7,
    indexUid: "movies",
    status: "processing",
    type: "documentAdditionOrUpdate",
    canceledBy: null,
  },
  ...{ details: { receivedDocuments: 2, indexedDocuments: null }, error: null },
  ...{ duration: null, enqueuedAt: "2026-01-01T00:00:00Z", startedAt: "2026-01-01T00:00:01Z", finishedAt: null },
};

describe("the batch of a task", () => {
  it("holds that task alone, with the server's keys", () => {
    const progress = { steps: [], percentage: 5 };
    expect(batchOf(task, progress)).toEqual({
      ...{ uid: 7, progress, details: { receivedDocuments: 2, indexedDocuments: null } },
      stats: {
        ...{ totalNbTasks: 1, status: { processing: 1 }, types: { documentAdditionOrUpdate: 1 } },
        ...{ indexUids: { movies: 1 }, progressTrace: {} },
      },
      ...{ duration: null, startedAt: "2026-01-01T00:00:01Z", finishedAt: null },
      batchStrategy: "batched all enqueued tasks",
    });
  });

  it("shows no counts that are not known, and no index where there is none", () => {
    const details = { matchedTasks: 1, canceledTasks: null, originalFilter: "?uids=1" };
    const batch = batchOf({ ...task, type: "taskCancelation", indexUid: null, details }, null);
    expect(batch).toMatchObject({
      details: { matchedTasks: 1, originalFilter: "?uids=1" },
      stats: { indexUids: {} },
      batchStrategy: expect.stringContaining("only task with id 7 of type `taskCancelation`"),
    });
    expect(batch["details"]).not.toHaveProperty("canceledTasks");
  });

  it("is as far as the node that is furthest behind", () => {
    const [far, behind] = [
      { steps: [], percentage: 80 },
      { steps: [], percentage: 9.5 },
    ];
    expect(slowestProgress([far, null, behind])).toBe(behind);
    expect(slowestProgress([null])).toBeNull();
  });
});
