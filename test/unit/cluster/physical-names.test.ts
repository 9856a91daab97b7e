import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freshGeneration, holderOf, type IndexRows, isDropped } from "../../../src/cluster/physical-names.ts";
import { type IndexRow, lastGenerationOf, physicalUid } from "../../../src/cluster/registry.ts";
import { swappedRows } from "../../../src/cluster/swap-rows.ts";
import { rowOf } from "../../support/memory-cluster.ts";

const rowsOf = (...rows: readonly IndexRow[]): IndexRows => new Map(rows.map((row) => [row.uid, row]));

describe("names of indexes on the nodes", () => {
  it("begin with the index's own, and go on where the last generation ended", () => {
    expect(freshGeneration("movies", new Map())).toBe(1);
    expect(freshGeneration("movies", rowsOf(rowOf("movies", { deleted: true, generation: 3 })))).toBe(4);
    expect(freshGeneration("movies", rowsOf(rowOf("movies", { deleted: true, origin: "books" })))).toBe(1);
  });

  it("leave out those that another index has, or has had", () => {
    const taken = rowsOf(rowOf("movies", { deleted: true }), rowOf("movies__g2", { deleted: true }));
    expect(freshGeneration("movies", taken)).toBe(3);
    expect(freshGeneration("movies__g2", rowsOf(rowOf("movies", { generation: 2 })))).toBe(2);
  });

  it("are dropped when there was such an index and none stands for it now", () => {
    const rows = rowsOf(
      rowOf("movies", { generation: 3 }),
      rowOf("books", { deleted: true }),
      rowOf("films", { origin: "old" }),
    );
    expect(["movies", "movies__g2", "books"].map((name) => isDropped(name, rows))).toEqual([true, true, true]);
    expect(["movies__g3", "old", "never", "books__g2"].map((name) => isDropped(name, rows))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(holderOf("old", rows)?.uid).toBe("films");
    expect(holderOf("books", rows)).toBeUndefined();
  });

  it("are never used twice, whatever is created, deleted, swapped and renamed", () => {
    const uids = ["a", "b", "a__g2", "a__g2__g2"];
    const step = fc.record({
      kind: fc.constantFrom("create", "delete", "swap", "rename"),
      left: fc.nat(3),
      right: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rows = new Map<string, IndexRow>();
        const created: string[] = [];
        for (const { kind, left, right } of steps) {
          const [one = "", two = ""] = [uids[left], uids[right]];
          const [row, other] = [rows.get(one), rows.get(two)];
          const isThere = row?.deleted === false;
          if (kind === "create" && !isThere) {
            const generation = freshGeneration(one, rows);
            rows.set(one, rowOf(one, { generation }));
            created.push(physicalUid({ uid: one, generation }));
          }
          if (kind === "delete" && isThere) rows.set(one, { ...row, deleted: true });
          const isPair = one !== two && isThere && (kind === "rename") !== (other?.deleted === false);
          if ((kind === "swap" || kind === "rename") && isPair) {
            for (const next of swappedRows([{ indexes: [one, two], rename: kind === "rename" }], rows))
              rows.set(next.uid, next);
          }
        }
        expect(new Set(created).size).toBe(created.length);
        const live = [...rows.values()].filter(({ deleted }) => !deleted).map(physicalUid);
        expect(new Set(live).size).toBe(live.length);
        for (const name of created) expect(isDropped(name, rows)).toBe(!live.includes(name));
        for (const row of rows.values()) expect(lastGenerationOf(row)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});
