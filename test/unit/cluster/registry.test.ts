import { describe, expect, it } from "vitest";
import { latestRows, parseRow, physicalUid } from "../../../src/cluster/registry.ts";
import { rowOf } from "../../support/memory-cluster.ts";

describe("registry rows", () => {
  it("keeps the highest row of every uid, whatever the order", () => {
    const rows = [
      rowOf("a", { stamp: "2", settingsVersion: 2 }),
      rowOf("b", { stamp: "1" }),
      rowOf("a", { stamp: "1" }),
    ];
    for (const order of [rows, [...rows].reverse()]) {
      const latest = latestRows(order);
      expect(latest.size).toBe(2);
      expect(latest.get("a")).toMatchObject({ stamp: "2", settingsVersion: 2 });
    }
  });

  it("does not let an older row revive a deleted index", () => {
    const latest = latestRows([rowOf("a", { stamp: "2", deleted: true }), rowOf("a", { stamp: "1" })]);
    expect(latest.get("a")?.deleted).toBe(true);
  });

  it("names the first generation like the index, and later ones apart", () => {
    expect(physicalUid({ uid: "movies", generation: 1 })).toBe("movies");
    expect(physicalUid({ uid: "movies", generation: 3 })).toBe("movies__g3");
  });

  it("refuses rows that are none", () => {
    expect(parseRow(JSON.parse(JSON.stringify(rowOf("a"))))).toEqual(rowOf("a"));
    for (const broken of [null, {}, { ...rowOf("a"), generation: 0 }, { ...rowOf("a"), settings: "x" }]) {
      expect(() => parseRow(broken)).toThrow();
    }
  });
});
