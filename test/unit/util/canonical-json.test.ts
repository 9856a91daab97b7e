import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/util/canonical-json.ts";

describe("canonicalJson", () => {
  it("is the same for keys in another order, at every depth", () => {
    const one = { b: [{ y: 1, x: { d: 2, c: 3 } }], a: null, __proto: "p" };
    const other = { __proto: "p", a: null, b: [{ x: { c: 3, d: 2 }, y: 1 }] };
    expect(canonicalJson(one)).toBe(canonicalJson(other));
    expect(JSON.parse(canonicalJson(one))).toEqual(one);
  });

  it.each([
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: "1" }],
    [{ a: null }, {}],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [JSON.parse('{"__proto__":1}'), {}],
  ])("differs for %j and %j", (one, other) => {
    expect(canonicalJson(one)).not.toBe(canonicalJson(other));
  });
});
