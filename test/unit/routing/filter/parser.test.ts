import { describe, expect, test } from "vitest";
import { parseFilter } from "../../../../src/routing/filter/parser.ts";
import { printFilter } from "../../../../src/routing/filter/print.ts";

/** The printed form tells the shape: operands in parentheses, every name and value quoted. */
function shape(text: string): string | undefined {
  const filter = parseFilter(text);
  return filter === undefined ? undefined : printFilter(filter);
}

function refusal(text: string): string {
  try {
    parseFilter(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error(`the filter was accepted: ${text}`);
}

describe("filter expressions", () => {
  test.each([
    ["colour = red", '"colour" = "red"'],
    ["  colour   =   red  ", '"colour" = "red"'],
    ["colour=red", '"colour" = "red"'],
    ["price>=-1.5", '"price" >= "-1.5"'],
    ["'my field' != \"O'Brien\"", '"my field" != "O\'Brien"'],
    ["a.b_c-d = é", '"a.b_c-d" = "é"'],
    ["price 2 TO 7", '"price" "2" TO "7"'],
    ["tag IN [x, 'y z',]", '"tag" IN ["x", "y z"]'],
    ["tag IN[]", '"tag" IN []'],
    ["tag NOT IN [x]", 'NOT ("tag" IN ["x"])'],
    ["tag IS NULL", '"tag" IS NULL'],
    ["tag IS   NOT   NULL", 'NOT ("tag" IS NULL)'],
    ["tag IS EMPTY", '"tag" IS EMPTY'],
    ["tag IS NOT EMPTY", 'NOT ("tag" IS EMPTY)'],
    ["tag EXISTS", '"tag" EXISTS'],
    ["tag NOT EXISTS", 'NOT ("tag" EXISTS)'],
    ["tag CONTAINS ab", '"tag" CONTAINS "ab"'],
    ["tag NOT CONTAINS ab", 'NOT ("tag" CONTAINS "ab")'],
    ["tag STARTS WITH ab", '"tag" STARTS WITH "ab"'],
    ["tag NOT STARTS WITH ab", 'NOT ("tag" STARTS WITH "ab")'],
    ["_geoRadius(1, -2.5e1, 3000)", "_geoRadius(1, -2.5e1, 3000)"],
    ["_geoRadius( .5 , 2. , +3 , 100 )", "_geoRadius(.5, 2., +3, 100)"],
    ["_geoBoundingBox([4,3],[2,1])", "_geoBoundingBox([4, 3], [2, 1])"],
    ["_geoPolygon([1,1],[2,2],[3,1],)", "_geoPolygon([1, 1], [2, 2], [3, 1])"],
    ["_vectors EXISTS", "_vectors EXISTS"],
    ["_vectors.small NOT EXISTS", 'NOT (_vectors."small" EXISTS)'],
    ["_vectors.small.fragments.'a b' EXISTS", '_vectors."small".fragments."a b" EXISTS'],
    ["_vectors.small.userProvided EXISTS", '_vectors."small".userProvided EXISTS'],
    ["_foreign(author, age > 3)", '_foreign("author", "age" > "3")'],
  ])("%s", (text, expected) => {
    expect(shape(text)).toBe(expected);
  });

  test("AND binds closer than OR, and both keep all their operands in one list", () => {
    expect(shape("a=1 OR b=2 AND c=3 AND d=4 OR e=5")).toBe(
      '("a" = "1") OR (("b" = "2") AND ("c" = "3") AND ("d" = "4")) OR ("e" = "5")',
    );
  });

  test("parentheses and NOT need no blanks", () => {
    expect(shape("NOT(a=1)AND(b=2)")).toBe('(NOT ("a" = "1")) AND ("b" = "2")');
  });

  test("two NOTs cancel out, also around parentheses", () => {
    expect(shape("NOT NOT a = 1")).toBe('"a" = "1"');
    expect(shape("NOT (NOT (NOT a = 1))")).toBe('NOT ("a" = "1")');
  });

  test("blank text is no filter", () => {
    expect(shape("")).toBeUndefined();
    expect(shape(" \t\u00a0\n")).toBeUndefined();
  });

  test("escapes inside quotes are resolved", () => {
    expect(parseFilter(String.raw`a = "x\"y\\z\n\u0041\x42\103\u{1F680}"`)).toMatchObject({
      value: { value: 'x"y\\z\nABC🚀' },
    });
  });

  test("tokens keep their place in the text, without quotes", () => {
    expect(parseFilter("é = 'ab c'")).toMatchObject({
      attribute: { value: "é", span: { start: 0, end: 1 } },
      value: { value: "ab c", span: { start: 5, end: 9 } },
    });
  });
});

const OPERATIONS =
  "`=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `TO`, `EXISTS`, `NOT EXISTS`, `IS NULL`, `IS NOT NULL`, `IS EMPTY`, `IS NOT EMPTY`, `CONTAINS`, `NOT CONTAINS`, `STARTS WITH`, `NOT STARTS WITH`, `_geoRadius`, `_geoBoundingBox` or `_geoPolygon`";

describe("refused filter expressions are worded as the server words them", () => {
  test.each([
    ["year >", "Was expecting a value but instead got nothing.\n7:7 year >"],
    ["year = 🦀 AND b = 1", "Was expecting a value but instead got `🦀`.\n8:9 year = 🦀 AND b = 1"],
    [
      "a = b = c",
      "Found unexpected characters at the end of the filter: `= c`. You probably forgot an `OR` or an `AND` rule.\n7:10 a = b = c",
    ],
    ["year 1990", `Was expecting an operation ${OPERATIONS} at \`year 1990\`.\n1:10 year 1990`],
    ["a = 1 OR", `Was expecting an operation ${OPERATIONS} but instead got nothing.\n9:9 a = 1 OR`],
    [
      "x = TO",
      "Was expecting a value but instead got `TO`, which is a reserved keyword. To use `TO` as a field name or a value, surround it by quotes.\n5:7 x = TO",
    ],
    ["(a = 1", "Expression `(a = 1` is missing the following closing delimiter: `)`.\n1:7 (a = 1"],
    ['a = "b\tc', 'Expression `\\"b\\tc` is missing the following closing delimiter: `"`.\n5:9 a = "b\tc'],
    ["a = 'b\\", "Malformed value: `b\\\\`.\n6:8 a = 'b\\"],
    [String.raw`a = "\q"`, `Malformed value: \`\\\\q\`.\n6:8 a = "\\q"`],
    [String.raw`a = "\u00zz"`, `Found an invalid escaped sequence number: \`\\\\u00zz\`.\n6:12 a = "\\u00zz"`],
    [
      String.raw`a = "\u1"`,
      'The filter is incomplete and requires Unknown additional bytes to be parsed.\n1:10 a = "\\u1"',
    ],
    ["a IN b]", "Expected `[` after `IN` keyword.\n6:8 a IN b]"],
    ["a IN [b", "Expected matching `]` after the list of field names given to `IN[`\n8:8 a IN [b"],
    [
      "a IN [b, = 3]",
      "Expected only comma-separated field names inside `IN[..]` but instead found `= 3]`.\n10:14 a IN [b, = 3]",
    ],
    [
      "_geoRadius(1, 2)",
      "Was expecting 3 or 4 arguments for `_geoRadius`, but instead found 2.\n17:17 _geoRadius(1, 2)",
    ],
    [
      "_geoRadius(1, x)",
      "The `_geoRadius` filter must be in the form: `_geoRadius(latitude, longitude, radius, optionalResolution)`.\n13:17 _geoRadius(1, x)",
    ],
    [
      "_geoBoundingBox([1,2,3],[4,5])",
      "Was expecting 2 coordinates but instead found 3.\n18:19 _geoBoundingBox([1,2,3],[4,5])",
    ],
    [
      "_geoPolygon([1,2],[3,4])",
      "The `_geoPolygon` filter expects at least 3 points but only 2 were specified\n22:23 _geoPolygon([1,2],[3,4])",
    ],
    [
      "a = _geoRadius(1, 2, 3)",
      "The `_geoRadius` filter is an operation and can't be used as a value.\n5:24 a = _geoRadius(1, 2, 3)",
    ],
    [
      "_geoDistance < 10",
      "`_geoDistance` is a reserved keyword and thus can't be used as a filter expression. Use the `_geoRadius(latitude, longitude, distance)` or `_geoBoundingBox([latitude, longitude], [latitude, longitude])` built-in rules to filter on `_geo` coordinates.\n1:18 _geoDistance < 10",
    ],
    [
      "_vectors.e.userprovided EXISTS",
      "Was expecting one of `fragments`, `userProvided`, `documentTemplate`, `regenerate` or nothing, but instead found `userprovided`. Did you mean `userProvided`?\n12:24 _vectors.e.userprovided EXISTS",
    ],
    ["_vectors.e", "The vector filter has leftover tokens.\n11:11 _vectors.e"],
    [
      "_foreign(a)",
      "Was expecting a field name and an condition inside `_foreign(..)` filter but instead found `)`.\n11:12 _foreign(a)",
    ],
  ])("%s", (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test("columns start again after a line feed, and the filter is shown as it is", () => {
    expect(refusal("a = 1 AND\nb >")).toBe("Was expecting a value but instead got nothing.\n4:4 a = 1 AND\nb >");
  });

  test.each([
    ["parentheses", "(", ")", 36],
    ["NOT", "NOT ", "", 147],
  ])("%s may be nested to the limit and no further", (_, open, close, limit) => {
    expect(shape(`${open.repeat(limit)}x = 1${close.repeat(limit)}`)).toBeDefined();
    expect(refusal(`${open.repeat(limit + 1)}x = 1${close.repeat(limit + 1)}`)).toContain("maximum depth limit");
  });
});
