import { expect, test } from "vitest";
import type { JsonValue } from "../../../../src/core/types.ts";
import { filterFromJson } from "../../../../src/routing/filter/from-json.ts";
import { printFilter } from "../../../../src/routing/filter/print.ts";
import { attributesOf, findInFilter } from "../../../../src/routing/filter/walk.ts";

function shape(value: JsonValue): string | undefined {
  const filter = filterFromJson(value);
  return filter === undefined ? undefined : printFilter(filter);
}

test("an outer array is joined by AND, inner arrays by OR", () => {
  expect(shape([["a = 1", "b = 2"], "c = 3"])).toBe('(("a" = "1") OR ("b" = "2")) AND ("c" = "3")');
});

test("arrays of one part are that part", () => {
  expect(shape([["a = 1"]])).toBe('"a" = "1"');
});

test("blank parts and empty arrays fall away, and nothing is no filter", () => {
  expect(shape([[], [" "], "a = 1", ""])).toBe('"a" = "1"');
  expect(shape([])).toBeUndefined();
  expect(shape([[""], []])).toBeUndefined();
});

test.each<[JsonValue, string]>([
  [3, "expected String, Array, found: 3"],
  [{ year: 3 }, 'expected String, Array, found: {"year":3}'],
  [["a = 1", null], "expected String, [String], found: null"],
  [[["a = 1", ["b = 2"]]], 'expected String, found: ["b = 2"]'],
])("%j is refused", (value, reason) => {
  expect(() => filterFromJson(value)).toThrow(`Invalid syntax for the filter parameter: \`${reason}\`.`);
});

test("a wrong shape is reported before a syntax error in front of it", () => {
  expect(() => filterFromJson(["a =", 3])).toThrow("expected String, [String], found: 3");
});

test("attributes come in the order in which the server checks them", () => {
  const filter = filterFromJson(["a = 1 OR NOT b EXISTS", "_geoRadius(1,2,3)", "_vectors EXISTS", "c IN [1]"]);
  expect(filter && [...attributesOf(filter)].map((token) => token.value)).toEqual(["c", "b", "a"]);
});

test("the first matching part is found from left to right, also under NOT", () => {
  const filter = filterFromJson("a = 1 AND (NOT b CONTAINS x OR c CONTAINS y)");
  expect(filter && findInFilter(filter, (part) => (part.kind === "contains" ? part.value.value : undefined))).toBe("x");
});
