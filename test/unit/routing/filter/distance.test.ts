import fc from "fast-check";
import { expect, test } from "vitest";
import { distance, prefixDistance } from "../../../../src/routing/filter/distance.ts";

test.each([
  ["", "abc", 3],
  ["sea", "sea", 0],
  ["poerty", "poetry", 1],
  ["kitten", "sitting", 3],
  ["🚀a", "a🚀", 1],
])("from %j to %j there are %i edits", (left, right, edits) => {
  expect(distance(left, right)).toBe(edits);
});

test("a beginning is compared with the nearest beginning of the other word", () => {
  expect(prefixDistance("adven", "adventure")).toBe(0);
  expect(prefixDistance("advnet", "adventure")).toBe(1);
  expect(prefixDistance("fiction", "science fiction")).toBeGreaterThan(2);
});

test("one edit is never further than one, and the distance is symmetric", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (word, at, char) => {
      const place = at % (word.length + 1);
      const edited = word.slice(0, place) + char + word.slice(place);
      expect(distance(word, edited)).toBe(1);
      expect(distance(edited, word)).toBe(1);
      expect(prefixDistance(word, `${word}${char}`)).toBe(0);
    }),
  );
});
