import { describe, expect, it } from "vitest";
import { constraintSets } from "../../../../src/routing/filter/constraints.ts";
import { parseFilter } from "../../../../src/routing/filter/parser.ts";

/** Each way through a filter, as the attributes it asks for with the number of conditions. */
function waysOf(text: string): Record<string, number>[] {
  const filter = parseFilter(text);
  if (filter === undefined) throw new Error("the filter is blank");
  return constraintSets(filter).map((set) => Object.fromEntries([...set].map(([name, asked]) => [name, asked.length])));
}

describe("the ways through a filter", () => {
  it("are one for what must all hold, and one more for each alternative", () => {
    expect(waysOf("a = 1 AND b > 2 AND a < 9")).toEqual([{ a: 2, b: 1 }]);
    expect(waysOf("a = 1 OR b = 2")).toEqual([{ a: 1 }, { b: 1 }]);
    expect(waysOf("a IN [1, 2] AND (b = 1 OR c = 2)")).toEqual([
      { a: 1, b: 1 },
      { a: 1, c: 1 },
      { a: 1, b: 1 },
      { a: 1, c: 1 },
    ]);
  });

  it("turn round under a negation", () => {
    expect(waysOf("NOT (a = 1 OR b = 2)")).toEqual([{ a: 1, b: 1 }]);
    expect(waysOf("NOT (a = 1 AND b = 2)")).toEqual([{ a: 1 }, { b: 1 }]);
  });

  it("are no more than a server looks at", () => {
    const many = Array.from({ length: 200 }, (_, at) => at).join(", ");
    expect(waysOf(`a IN [${many}]`)).toHaveLength(99);
    expect(waysOf(`a IN [1, 2, 3, 4] AND b IN [${many}]`)).toHaveLength(99);
  });
});
