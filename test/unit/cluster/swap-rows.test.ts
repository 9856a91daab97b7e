import { describe, expect, it } from "vitest";
import { physicalUid } from "../../../src/cluster/registry.ts";
import { swapProblem, swappedRows } from "../../../src/cluster/swap-rows.ts";
import { rowOf } from "../../support/memory-cluster.ts";

const ROWS = new Map(
  [
    rowOf("movies", { primaryKey: "id", generation: 2 }),
    rowOf("books", { primaryKey: "isbn" }),
    rowOf("gone", { deleted: true }),
  ].map((row) => [row.uid, row]),
);

describe("swaps of rows", () => {
  it("exchange everything but the names and their histories", () => {
    const [books, movies] = swappedRows([{ indexes: ["movies", "books"], rename: false }], ROWS);
    expect(books).toMatchObject({ uid: "books", primaryKey: "id", origin: "movies", generation: 2, lastGeneration: 1 });
    expect(movies).toMatchObject({
      uid: "movies",
      primaryKey: "isbn",
      origin: "books",
      generation: 1,
      lastGeneration: 2,
    });
  });

  it("undo themselves", () => {
    const once = swappedRows([{ indexes: ["movies", "books"], rename: false }], ROWS);
    const twice = swappedRows(
      [{ indexes: ["books", "movies"], rename: false }],
      new Map(once.map((row) => [row.uid, row])),
    );
    expect(twice.map((row) => [row.uid, physicalUid(row)]).sort()).toEqual([
      ["books", "books"],
      ["movies", "movies__g2"],
    ]);
  });

  it("leave the old name of a renamed index deleted, and take over the history of the new one", () => {
    const [gone, movies] = swappedRows([{ indexes: ["movies", "gone"], rename: true }], ROWS);
    expect(gone).toMatchObject({ uid: "gone", deleted: false, origin: "movies", generation: 2, lastGeneration: 1 });
    expect(movies).toMatchObject({ uid: "movies", deleted: true, generation: 2 });
  });

  it("name what is missing and what is in the way", () => {
    const problem = (indexes: readonly [string, string], rename: boolean) =>
      swapProblem([{ indexes, rename }], ROWS)?.message;
    expect(problem(["movies", "books"], false)).toBeUndefined();
    expect(problem(["movies", "gone"], true)).toBeUndefined();
    expect(problem(["movies", "gone"], false)).toBe("Index `gone` not found.");
    expect(problem(["z", "gone"], false)).toBe("Indexes `gone`, `z` not found.");
    expect(problem(["z", "movies"], true)).toBe("Index `z` not found.");
    expect(problem(["movies", "books"], true)).toMatch(
      /^Cannot rename `movies` to `books` as the index already exists\./,
    );
  });
});
