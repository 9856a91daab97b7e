import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { idsEqualTo } from "../../../../src/routing/planner/literal-ids.ts";

interface Facts {
  readonly literals: readonly {
    readonly literal: string;
    readonly texts: readonly string[];
    readonly numbers: readonly string[];
  }[];
}

const recorded = new URL("../../../fixtures/filter/key-literals.json", import.meta.url);
const { literals } = JSON.parse(readFileSync(recorded, "utf8")) as Facts;

function shown(literal: string): string {
  return JSON.stringify(literal.length > 40 ? `${literal.slice(0, 3)}… (${literal.length})` : literal);
}

describe("the ids that a value of a filter is equal to", () => {
  for (const { literal, texts, numbers } of literals) {
    it(`hold every document that the server finds with ${shown(literal)}`, () => {
      const ids = idsEqualTo(literal, 128);
      if (typeof ids === "string") return expect(["letters", "bigNumber", "beyondAscii", "longText"]).toContain(ids);
      expect(ids).toEqual(expect.arrayContaining([...texts, ...numbers]));
    });
  }

  it.each([
    ["42", ["42"]],
    [" 42 ", ["42"]],
    ["007", ["007", "7"]],
    ["42.0", ["42"]],
    ["4.2e1", ["42"]],
    ["4e1", ["4e1", "4E1", "40"]],
    ["-5", ["-5"]],
    ["ab", ["ab", "aB", "Ab", "AB"]],
    ["7.5", []],
    ["x@example.org", []],
    ["", []],
    ["1e400", ["1e400", "1E400"]],
  ])("are few for %j", (literal, ids) => {
    expect(idsEqualTo(literal, 128)).toEqual(ids);
  });

  it.each([
    ["nine letters, which are written in 512 ways", "abcdefghi", "letters"],
    ["a UUID", "0191d5a4-7c3e-7f6e-9d62-1f0a4a3f2b11", "letters"],
    ["a number that a float cannot tell from the next", "9007199254740993", "bigNumber"],
    ["a text that is decomposed before it is compared", "４２", "beyondAscii"],
    ["a text with a control character", "4\u00002", "beyondAscii"],
    ["a text as long as the server keeps values", "1".repeat(468), "longText"],
  ])("are left open for %s", (_, literal, reason) => {
    expect(idsEqualTo(literal, 128)).toBe(reason);
  });

  it("are left open when there are more than asked for", () => {
    expect(idsEqualTo("abc", 7)).toBe("letters");
    expect(idsEqualTo("abc", 8)).toHaveLength(8);
  });

  it("are known of a number as long as the server keeps values but one", () => {
    expect(idsEqualTo("1".repeat(467), 128)).toEqual(expect.arrayContaining(["1".repeat(467)]));
  });
});
