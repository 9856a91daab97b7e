import { describe, expect, it } from "vitest";
import { coversPath, valuesAt, withoutPath } from "../../../src/merge/attribute-path.ts";
import { compareCodePoints } from "../../../src/merge/code-points.ts";

describe("attribute paths", () => {
  it("are covered by themselves, their parents and `*`", () => {
    expect(["a", "a.b", "a.b.c", "*"].map((attribute) => coversPath(attribute, "a.b"))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(coversPath("a", "ab")).toBe(false);
  });

  it("lead through lists and keys with dots to every value", () => {
    const document = { a: [{ b: 1 }, { b: [2, 3] }], "a.b": 4, "a.c": { d: 5 } };
    expect(valuesAt(document, "a.b")).toEqual([4, 1, 2, 3]);
    expect(valuesAt(document, "a.c.d")).toEqual([5]);
    expect(valuesAt(document, "x.y")).toEqual([]);
  });

  it("are removed with the objects that this empties, unless something else in them was asked for", () => {
    const document = { a: { b: 1 }, c: [{ b: 1, d: 2 }], "e.f": 1 };
    const without = (path: string, hasSiblings = false) => withoutPath(document, { path, hasSiblings });
    expect(without("a.b")).toEqual({ c: document.c, "e.f": 1 });
    expect(without("a.b", true)).toEqual({ ...document, a: {} });
    expect(without("c.b")).toEqual({ ...document, c: [{ d: 2 }] });
    expect(without("e.f")).toEqual({ a: document.a, c: document.c });
    expect(without("x.y")).toEqual(document);
    expect(document).toEqual({ a: { b: 1 }, c: [{ b: 1, d: 2 }], "e.f": 1 });
  });
});

describe("text order", () => {
  it("is that of UTF-8 bytes, above the basic plane too", () => {
    const texts = ["\u{10000}", "\uFFFD", "b", "a", "ab", "\u{1F680}", ""];
    expect(texts.sort(compareCodePoints)).toEqual(["", "a", "ab", "b", "\uFFFD", "\u{10000}", "\u{1F680}"]);
  });
});
