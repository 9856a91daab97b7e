import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { mergeTask, type TaskHead, type TaskPart } from "../../../src/merge/tasks.ts";

const head: TaskHead = {
  ...{ uid: 77, indexUid: "movies", type: "documentAdditionOrUpdate", enqueuedAt: "2026-01-01T00:00:00Z" },
  details: { receivedDocuments: 5 },
};
const failure = { message: "m", code: "internal", type: "internal", link: "l" };

function task(status: string, details: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const startedAt = status === "enqueued" ? null : "2026-01-01T00:00:01.5Z";
  const finishedAt = ["enqueued", "processing"].includes(status) ? null : "2026-01-01T00:00:02.000250Z";
  return {
    uid: 3,
    batchUid: 3,
    status,
    details,
    error: status === "failed" ? failure : null,
    startedAt,
    finishedAt,
    ...more,
  };
}

const parts = (...tasks: (JsonObject | null)[]): TaskPart[] =>
  tasks.map((each, order) => ({ node: `n${order}`, order, task: each }));
const added = (received: number, indexed: number | null) => ({
  receivedDocuments: received,
  indexedDocuments: indexed,
});
const statusOf = (...tasks: (JsonObject | null)[]) => mergeTask({ head, parts: parts(...tasks) })["status"];

describe("the view of a virtual task", () => {
  it("has the server's fields in the server's order, with the caller's own counts", () => {
    const ends = task("succeeded", added(2, 2), {
      startedAt: "2026-01-01T00:00:01Z",
      finishedAt: "2026-01-01T00:00:01.75Z",
    });
    const merged = mergeTask({
      head: { ...head, customMetadata: "mine" },
      parts: parts(task("succeeded", added(3, 3)), ends),
    });
    expect(Object.entries(merged)).toEqual([
      ["uid", 77],
      ["batchUid", 77],
      ["indexUid", "movies"],
      ["status", "succeeded"],
      ["type", "documentAdditionOrUpdate"],
      ["canceledBy", null],
      ["details", { receivedDocuments: 5, indexedDocuments: 5 }],
      ["error", null],
      ["duration", "PT1.000250S"],
      ["enqueuedAt", "2026-01-01T00:00:00Z"],
      ["startedAt", "2026-01-01T00:00:01Z"],
      ["finishedAt", "2026-01-01T00:00:02.000250Z"],
      ["customMetadata", "mine"],
    ]);
  });

  it("is as far as its slowest node", () => {
    expect(statusOf(task("enqueued"), task("enqueued"))).toBe("enqueued");
    expect(statusOf(task("enqueued"), null)).toBe("enqueued");
    expect(statusOf(task("enqueued"), task("processing"))).toBe("processing");
    expect(statusOf(task("succeeded"), task("enqueued"))).toBe("processing");
    expect(statusOf(task("succeeded"), null)).toBe("processing");
    expect(statusOf(task("succeeded"), task("succeeded"))).toBe("succeeded");
  });

  it("shows no results before the end", () => {
    const merged = mergeTask({
      head,
      parts: parts(task("succeeded", added(3, 3)), task("processing", added(2, null))),
    });
    expect(merged).toMatchObject({
      details: { receivedDocuments: 5, indexedDocuments: null },
      duration: null,
      finishedAt: null,
    });
    const waiting = mergeTask({ head, parts: parts(task("enqueued", added(5, null))) });
    expect(waiting).toMatchObject({ batchUid: null, startedAt: null });
  });

  it("does not count replicas twice", () => {
    const replicated = parts(
      task("succeeded", added(5, 5)),
      task("succeeded", added(3, 3)),
      task("succeeded", added(2, 2)),
    );
    expect(mergeTask({ head, parts: replicated })["details"]).toEqual({ receivedDocuments: 5, indexedDocuments: 5 });
    const cleared = { ...head, type: "documentDeletion", details: { providedIds: 0, originalFilter: null } };
    const deleted = parts(
      task("succeeded", { providedIds: 0, deletedDocuments: 7 }),
      task("succeeded", { providedIds: 0, deletedDocuments: 7 }),
    );
    expect(JSON.stringify(mergeTask({ head: cleared, parts: deleted, copies: 2 })["details"])).toBe(
      '{"providedIds":0,"deletedDocuments":7,"originalFilter":null}',
    );
  });

  it("shows the logical settings, not what nodes were sent", () => {
    const settings: TaskHead = { ...head, type: "settingsUpdate", details: { stopWords: ["a"] } };
    const sent = task("succeeded", { stopWords: ["a"], displayedAttributes: ["secret"] });
    expect(mergeTask({ head: settings, parts: parts(sent) })["details"]).toEqual({ stopWords: ["a"] });
  });

  it("fails with the first failed node's error and counts nothing", () => {
    const merged = mergeTask({ head, parts: parts(task("succeeded", added(3, 3)), task("failed", added(2, 0))) });
    expect(merged).toMatchObject({
      status: "failed",
      error: failure,
      details: { receivedDocuments: 5, indexedDocuments: 0 },
    });
  });

  it("does not wait for an indebted replica, nor count it", () => {
    const [alive, late] = parts(task("succeeded", added(5, 5)), task("processing", added(5, null)));
    if (alive === undefined || late === undefined) throw new Error("two parts");
    const shards = [{ nodes: ["n0", "n1"], required: 1 }];
    const merged = mergeTask({ head, parts: [alive, { ...late, indebted: true }], shards });
    expect(merged).toMatchObject({ status: "succeeded", details: { indexedDocuments: 5 } });
    expect(mergeTask({ head, parts: [{ ...alive, indebted: true }] })["status"]).toBe("failed");
  });

  it("fails when a shard has lost its quorum, although others have theirs", () => {
    const shards = [
      { nodes: ["n0", "n1"], required: 1 },
      { nodes: ["n1", "n2"], required: 2 },
    ];
    const all = (...statuses: string[]) =>
      mergeTask({ head, parts: parts(...statuses.map((status) => task(status))), shards })["status"];
    expect(all("failed", "succeeded", "succeeded")).toBe("succeeded");
    expect(all("succeeded", "succeeded", "failed")).toBe("failed");
    expect(all("succeeded", "processing", "failed")).toBe("failed");
  });

  it("is canceled when the user canceled it before every node was done", () => {
    const canceled = { ...head, canceledBy: 78 };
    const merge = (...statuses: string[]) =>
      mergeTask({ head: canceled, parts: parts(...statuses.map((status) => task(status))) });
    expect(merge("succeeded", "canceled")).toMatchObject({ status: "canceled", canceledBy: 78, error: null });
    expect(merge("succeeded", "succeeded")).toMatchObject({ status: "succeeded" });
    expect(merge("processing", "canceled")).toMatchObject({ status: "processing" });
  });

  it("can fail without any node, at the moment it was accepted", () => {
    const refused = { ...head, details: added(5, 0), error: failure };
    expect(mergeTask({ head: refused, parts: [] })).toMatchObject({
      ...{ status: "failed", error: failure, details: added(5, 0), duration: "PT0S" },
      ...{ startedAt: head.enqueuedAt, finishedAt: head.enqueuedAt },
    });
  });

  it("refuses a status it does not know", () => {
    expect(() => statusOf(task("lost"))).toThrow("`lost` is unknown");
  });
});
