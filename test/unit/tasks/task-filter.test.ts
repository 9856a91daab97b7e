import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { filterTasks } from "../../../src/tasks/task-filter.ts";

const task = (uid: number, more: JsonObject = {}): JsonObject => ({
  ...{
    uid,
    batchUid: uid,
    indexUid: "movies",
    status: "succeeded",
    type: "documentAdditionOrUpdate",
    canceledBy: null,
  },
  ...{ enqueuedAt: `2026-01-0${uid}T12:00:00.5Z`, startedAt: null, finishedAt: null },
  ...more,
});
const TASKS = [5, 4, 3, 2, 1].map((uid) =>
  task(uid, uid === 3 ? { indexUid: "books", status: "failed", canceledBy: 9 } : {}),
);
const uids = (query: Record<string, string>) =>
  (filterTasks(TASKS, query)["results"] as JsonObject[]).map(({ uid }) => uid);

describe("filterTasks", () => {
  it("pages by cursor: from where, how many, and where the next page begins", () => {
    expect(filterTasks(TASKS, { limit: "2" })).toMatchObject({ total: 5, limit: 2, from: 5, next: 3 });
    expect(filterTasks(TASKS, { limit: "2", from: "3" })).toMatchObject({ total: 5, from: 3, next: 1 });
    expect(filterTasks(TASKS, { limit: "2", from: "1" })).toMatchObject({ from: 1, next: null });
    expect(filterTasks(TASKS, { limit: "0" })).toMatchObject({ results: [], from: null, next: 5 });
    expect(filterTasks([], {})).toEqual({ results: [], total: 0, limit: 20, from: null, next: null });
  });

  it("turns the order round", () => {
    expect(uids({ reverse: "true" })).toEqual([1, 2, 3, 4, 5]);
    expect(uids({ reverse: "true", from: "4" })).toEqual([4, 5]);
  });

  it("takes the values of one filter as alternatives, and different filters together", () => {
    expect(uids({ uids: "1, 5" })).toEqual([5, 1]);
    expect(uids({ indexUids: "books,other" })).toEqual([3]);
    expect(uids({ statuses: "FAILED", types: "documentadditionorupdate" })).toEqual([3]);
    expect(uids({ statuses: "failed", indexUids: "movies" })).toEqual([]);
    expect(uids({ canceledBy: "9" })).toEqual([3]);
    expect(uids({ statuses: "*" })).toHaveLength(5);
    expect(uids({ indexUids: "BOOKS" })).toEqual([]);
  });

  it("takes both ends of a time span as outside of it, and a bare day after as from the next one on", () => {
    expect(uids({ afterEnqueuedAt: "2026-01-03T12:00:00.5Z" })).toEqual([5, 4]);
    expect(uids({ beforeEnqueuedAt: "2026-01-03T12:00:00.5Z" })).toEqual([2, 1]);
    expect(uids({ afterEnqueuedAt: "2026-01-03" })).toEqual([5, 4]);
    expect(uids({ beforeEnqueuedAt: "2026-01-03" })).toEqual([2, 1]);
    expect(uids({ afterEnqueuedAt: "*" })).toHaveLength(5);
    expect(uids({ afterStartedAt: "2020-01-01" })).toEqual([]);
  });
});
