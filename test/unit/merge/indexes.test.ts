import { describe, expect, it } from "vitest";
import { mergeIndexList, mergeIndexView } from "../../../src/merge/indexes.ts";

const view = (uid: string, createdAt: string, updatedAt: string, primaryKey: string | null = null) => ({
  uid,
  createdAt,
  updatedAt,
  primaryKey,
});

describe("merged index views", () => {
  it("were created with the first node and updated with the last, to the nanosecond", () => {
    const parts = [
      { order: 0, body: view("movies__g1", "2026-01-01T00:00:00.000000002Z", "2026-01-02T00:00:00Z") },
      { order: 1, body: view("movies__g1", "2026-01-01T00:00:00.000000001Z", "2026-01-02T00:00:00.5Z", "id") },
    ];
    expect(mergeIndexView("movies", parts)).toEqual(
      view("movies", "2026-01-01T00:00:00.000000001Z", "2026-01-02T00:00:00.5Z", "id"),
    );
  });

  it("are listed once by logical name, in the server's order, then paged", () => {
    const at = "2026-01-01T00:00:00Z";
    const body = (...uids: string[]) => ({
      results: uids.map((uid) => view(uid, at, at)),
      offset: 0,
      limit: 20,
      total: uids.length,
    });
    const list = mergeIndexList(
      [
        { order: 0, body: body("b", "miroir__state", "a") },
        { order: 1, body: body("Z", "b") },
      ],
      { offset: 1, limit: 1, logicalUid: (uid) => (uid.startsWith("miroir__") ? undefined : uid) },
    );
    expect(list).toEqual({ results: [view("a", at, at)], offset: 1, limit: 1, total: 3 });
  });
});
