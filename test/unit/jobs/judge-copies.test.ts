import { describe, expect, it } from "vitest";
import { type Copies, isUnchanged, judgeCopies } from "../../../src/jobs/verify/judge-copies.ts";

/** Copies as `node: stamp + content`; the hash covers both, as a stamp is part of a document. */
const copies = (held: Record<string, string>): Copies =>
  new Map(Object.entries(held).map(([node, hash]) => [node, { stamp: hash.charAt(0), hash }]));

describe("judgeCopies()", () => {
  it("says nothing of copies that are equal, nor of a document that nobody has", () => {
    expect(judgeCopies(["a", "b"], copies({ a: "1x", b: "1x" }))).toBeUndefined();
    expect(judgeCopies(["a", "b"], copies({}))).toBeUndefined();
  });

  it("lets present win over absent, and calls a copy extra that most owners lack", () => {
    expect(judgeCopies(["a", "b"], copies({ b: "1x" }))).toEqual({
      differences: [{ node: "a", kind: "missing" }],
      ...{ stamp: "1", debtors: ["a"] },
    });
    expect(judgeCopies(["a", "b", "c"], copies({ b: "1x" }))).toEqual({
      differences: [{ node: "b", kind: "extra" }],
      ...{ stamp: "1", debtors: ["a", "c"] },
    });
  });

  it("lets the highest stamp win, whatever most have", () => {
    expect(judgeCopies(["a", "b", "c"], copies({ a: "1x", b: "1x", c: "2y" }))).toEqual({
      differences: [
        { node: "a", kind: "stale" },
        { node: "b", kind: "stale" },
      ],
      ...{ stamp: "2", debtors: ["a", "b"] },
    });
  });

  it("lets the content win that most have of the highest stamp, then the first owner's", () => {
    expect(judgeCopies(["a", "b", "c"], copies({ a: "2y", b: "2x", c: "2x" }))).toEqual({
      differences: [{ node: "a", kind: "different" }],
      ...{ stamp: "2", debtors: ["a"] },
    });
    expect(judgeCopies(["b", "a"], copies({ a: "2x", b: "2y" }))?.debtors).toEqual(["a"]);
  });

  it("ignores nodes that own no copy", () => {
    expect(judgeCopies(["a", "b"], copies({ a: "1x", b: "1x", c: "2y" }))).toBeUndefined();
  });
});

describe("isUnchanged()", () => {
  it("sees every copy that came, went or changed", () => {
    const before = copies({ a: "1x", b: "2y" });
    expect(isUnchanged(before, copies({ b: "2y", a: "1x" }))).toBe(true);
    for (const after of [copies({ a: "1x" }), copies({ a: "1x", b: "2z" }), copies({ a: "1x", b: "2y", c: "2y" })]) {
      expect(isUnchanged(before, after)).toBe(false);
    }
  });
});
