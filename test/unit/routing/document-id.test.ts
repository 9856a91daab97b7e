import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/core/types.ts";
import { canonicalId } from "../../../src/routing/document-id.ts";
import { DocumentRefusal } from "../../../src/routing/document-refusal.ts";
import { floatText } from "../../../src/routing/number-text.ts";

describe("canonicalId", () => {
  it("knows a number and its text as one document, and other texts apart", () => {
    expect([canonicalId(42), canonicalId("42"), canonicalId("042"), canonicalId(-7)]).toEqual([
      "42",
      "42",
      "042",
      "-7",
    ]);
    expect(canonicalId("a-Z_9")).toBe("a-Z_9");
    expect(canonicalId("b".repeat(511))).toHaveLength(511);
  });

  it("keeps every digit of integers that the server keeps", () => {
    for (const raw of ["18446744073709551615", "-9223372036854775808", "9007199254740993"]) {
      expect(canonicalId(Number(raw), raw)).toBe(raw);
    }
  });

  it.each<[JsonValue, string | undefined, string]>([
    [1.5, undefined, "1.5"],
    [42, "42.0", "42.0"],
    [100, "1e2", "100.0"],
    [0, "-0", "-0.0"],
    [18446744073709552000, "18446744073709551616", "1.8446744073709552e+19"],
    [null, undefined, "null"],
    [true, undefined, "true"],
    [{ a: 1 }, undefined, '{"a":1}'],
    [{ a: 1 }, '{ "a": 1.0 }', '{"a":1.0}'],
    ["", undefined, '""'],
    ["a b", undefined, '"a b"'],
    ["é", undefined, '"é"'],
    [" 77 ", undefined, '" 77 "'],
    ["x\n", undefined, '"x\\n"'],
    ["a".repeat(512), undefined, JSON.stringify("a".repeat(512))],
  ])("refuses %j (%s) in the server's words", (value, raw, shown) => {
    const message =
      `Document identifier \`${shown}\` is invalid. A document identifier can be of type integer or string, only composed ` +
      "of alphanumeric characters (a-z A-Z 0-9), hyphens (-) and underscores (_), and can not be more than 511 bytes.";
    let error: unknown;
    try {
      canonicalId(value, raw);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(DocumentRefusal);
    expect(error).toMatchObject({ code: "invalid_document_id", message });
  });
});

describe("floatText", () => {
  it.each([
    [1, "1.0"],
    [1.5, "1.5"],
    [-123456.789, "-123456.789"],
    [1e15, "1000000000000000.0"],
    [1e16, "1e+16"],
    [1.2e20, "1.2e+20"],
    [0.00001, "0.00001"],
    [0.000001, "1e-6"],
    [1.5e-7, "1.5e-7"],
    [0, "0.0"],
  ])("writes %d as the server does", (value, text) => {
    expect(floatText(value)).toBe(text);
  });
});
