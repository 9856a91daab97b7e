import fc from "fast-check";
import { expect, test } from "vitest";
import type { CompareOperator, Filter, FilterToken, GeoPair } from "../../../../src/routing/filter/ast.ts";
import { parseFilter } from "../../../../src/routing/filter/parser.ts";
import { printFilter } from "../../../../src/routing/filter/print.ts";

function token(value: string): FilterToken {
  return { value, span: { source: { text: value, shown: value }, start: 0, end: value.length } };
}

/** A filter without the places of its tokens. */
function bare(filter: Filter | undefined): unknown {
  return JSON.parse(JSON.stringify(filter, (key, value) => (key === "span" ? undefined : value)));
}

const texts = fc.string({ unit: "binary" }).map(token);
const words = fc.oneof(texts, fc.constantFrom("a", "AND", "a.b", "\\", '"', "\\n", "'").map(token));
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => token(String(number)));
const pairs: fc.Arbitrary<GeoPair> = fc.tuple(numbers, numbers);
const operators = fc.constantFrom<CompareOperator>("=", "!=", ">", ">=", "<", "<=");

const leaves: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ kind: fc.constant("compare" as const), attribute: words, operator: operators, value: words }),
  fc.record({ kind: fc.constant("between" as const), attribute: words, from: words, to: words }),
  fc.record({ kind: fc.constant("in" as const), attribute: words, values: fc.array(words, { maxLength: 3 }) }),
  fc.record({ kind: fc.constantFrom("exists" as const, "null" as const, "empty" as const), attribute: words }),
  fc.record({
    kind: fc.constant("contains" as const),
    attribute: words,
    keyword: fc.constant(token("CONTAINS")),
    value: words,
  }),
  fc.record({
    kind: fc.constant("startsWith" as const),
    attribute: words,
    keyword: fc.constant(token("STARTS WITH")),
    value: words,
  }),
  fc.record({
    kind: fc.constant("geoRadius" as const),
    point: pairs,
    radius: numbers,
    resolution: fc.option(numbers, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant("geoBoundingBox" as const), topRight: pairs, bottomLeft: pairs }),
  fc.record({ kind: fc.constant("geoPolygon" as const), points: fc.array(pairs, { minLength: 3, maxLength: 5 }) }),
  fc.record({
    kind: fc.constant("vectors" as const),
    attribute: fc.constant(token("_vectors")),
    embedder: words,
    aspect: fc.oneof(fc.constantFrom("any" as const, "userProvided" as const, "regenerate" as const), words),
  }),
);

const { filter: filters } = fc.letrec<{ filter: Filter; operand: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    tie("operand").map((operand): Filter => (operand.kind === "not" ? operand : { kind: "not", operand })),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      operands: fc.array(tie("operand"), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("foreign" as const), attribute: words, operand: tie("operand") }),
  ),
  operand: tie("filter") as fc.Arbitrary<Filter>,
}));

test("a printed filter parses to the same filter", () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(bare(parseFilter(printFilter(filter)))).toEqual(bare(filter));
    }),
    { numRuns: 500 },
  );
});

test("printing is settled after one round", () => {
  const once = printFilter(parseFilter("genres = sea OR NOT year 1 TO 2 AND (a IN [b])") as Filter);
  expect(once).toBe('("genres" = "sea") OR ((NOT ("year" "1" TO "2")) AND ("a" IN ["b"]))');
  expect(printFilter(parseFilter(once) as Filter)).toBe(once);
});
