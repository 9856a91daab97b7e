import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../../src/core/types.ts";
import { compareBytes } from "../../../../src/testing/embedded-node/engine/fields/byte-order.ts";
import { FieldIndex } from "../../../../src/testing/embedded-node/engine/fields/field-index.ts";
import { distanceMeters, readGeoPoint, sortPoint } from "../../../../src/testing/embedded-node/engine/fields/geo.ts";
import { indexOf, settingsWith } from "./fields-support.ts";

describe("sort values", () => {
  const settings = settingsWith({ sortableAttributes: ["v", "o"], rankingRules: ["r:desc"] });

  test("an array is sorted by its least value ascending and its greatest descending", () => {
    const index = indexOf([{ id: 1, v: [3, 1, 2] }], settings);
    expect(index.sortValue(0, "v", true)).toBe(1);
    expect(index.sortValue(0, "v", false)).toBe(3);
  });

  test("numbers go before strings, and strings are normalised", () => {
    const index = indexOf(
      [
        { id: 1, v: ["b", 7] },
        { id: 2, v: ["  Straße ", "Abc"] },
      ],
      settings,
    );
    expect(index.sortValue(0, "v", true)).toBe(7);
    expect(index.sortValue(1, "v", true)).toBe("abc");
    expect(index.sortValue(1, "v", false)).toBe("straße");
  });

  test("fields below a sortable one and those of ranking rules have values, others have none", () => {
    const index = indexOf([{ id: 1, o: { p: { q: 5 } }, r: true, x: 1 }], settings);
    expect(index.sortValue(0, "o.p.q", true)).toBe(5);
    expect(index.sortValue(0, "r", true)).toBe("true");
    expect(index.sortValue(0, "x", true)).toBeUndefined();
  });

  test("null, empty and missing fields have no value", () => {
    const index = indexOf([{ id: 1, v: null }, { id: 2, v: [] }, { id: 3, v: "" }, { id: 4 }], settings);
    for (const docid of [0, 1, 2, 3]) expect(index.sortValue(docid, "v", true)).toBeUndefined();
  });
});

test("distinct keys tell numbers from strings and ignore the case", () => {
  const index = indexOf([{ id: 1, d: ["1", 1, "A", "a"] }, { id: 2 }], settingsWith({ distinctAttribute: "d" }));
  expect(index.distinctKeys(0, "d").sort()).toEqual(["n1", "s1", "sa"]);
  expect(index.distinctKeys(1, "d")).toEqual([]);
});

describe("which fields are indexed", () => {
  const document: JsonObject = { id: 1, a: { b: 1, c: 2 }, ab: 3, xa: 4 };

  test("a plain name covers what lies below it", () => {
    const index = indexOf([document], settingsWith({ filterableAttributes: ["a"] }));
    expect(index.postings("a.b")?.exists.size).toBe(1);
    expect(index.postings("a")?.exists.size).toBe(1);
    expect(index.postings("ab")).toBeUndefined();
  });

  test("a pattern without star covers the field alone, with star what fits", () => {
    const features = { facetSearch: true, filter: { equality: true, comparison: false } };
    const exact = settingsWith({ filterableAttributes: [{ attributePatterns: ["a"], features }] });
    expect(indexOf([document], exact).postings("a.b")).toBeUndefined();
    const starred = settingsWith({ filterableAttributes: [{ attributePatterns: ["a*"], features }] });
    expect(indexOf([document], starred).postings("a.b")?.numbers.get(1)?.has(0)).toBe(true);
    expect(indexOf([document], starred).postings("xa")).toBeUndefined();
  });

  test("the first rule that covers a field decides", () => {
    const off = { facetSearch: false, filter: { equality: false, comparison: false } };
    const settings = settingsWith({ filterableAttributes: [{ attributePatterns: ["a.b"], features: off }, "a"] });
    const index = indexOf([document], settings);
    expect(index.postings("a.b")).toBeUndefined();
    expect(index.postings("a.c")?.numbers.get(2)?.has(0)).toBe(true);
  });
});

test("a replaced document leaves nothing behind", () => {
  const index = new FieldIndex(settingsWith({ filterableAttributes: ["*", "v", "_geo"] }), "id");
  index.put(4, { id: 1, v: ["x", 1, null], _geo: { lat: 1, lng: 2 } });
  index.put(4, { id: 1, v: [] });
  expect(index.postings("v")?.strings.size).toBe(0);
  expect(index.postings("v")?.numbers.size).toBe(0);
  expect(index.postings("v")?.empties.has(4)).toBe(true);
  expect(index.geo(4)).toBeUndefined();
  expect([...index.all]).toEqual([4]);
  index.remove(4);
  expect(index.all.isEmpty).toBe(true);
  expect(index.knows("v")).toBe(true);
  index.clear();
  expect([...index.fields()]).toEqual(["id"]);
});

test("what is in the index follows from the documents that are in it, whatever came before", () => {
  const values = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom("a", "A", "", null, true),
    fc.constant<JsonValue>([]),
  );
  const steps = fc.array(
    fc.record({
      docid: fc.nat(4),
      value: fc.option(fc.oneof(values, fc.array(values, { maxLength: 3 })), { nil: undefined }),
    }),
  );
  const settings = settingsWith({ filterableAttributes: ["v"] });
  fc.assert(
    fc.property(steps, (history) => {
      const lived = new FieldIndex(settings, "id");
      const kept = new Map<number, JsonObject>();
      for (const { docid, value } of history) {
        if (value === undefined) {
          lived.remove(docid);
          kept.delete(docid);
        } else {
          lived.put(docid, { id: docid, v: value });
          kept.set(docid, { id: docid, v: value });
        }
      }
      const fresh = new FieldIndex(settings, "id");
      for (const [docid, document] of kept) fresh.put(docid, document);
      expect(contents(lived)).toEqual(contents(fresh));
    }),
  );
});

function contents(index: FieldIndex): unknown {
  const postings = index.postings("v");
  const list = (sets: ReadonlyMap<unknown, Iterable<number>> | undefined) =>
    [...(sets ?? [])].map(([key, set]) => `${String(key)}:${[...set].sort()}`).sort();
  return {
    numbers: list(postings?.numbers),
    strings: list(postings?.strings),
    sets: [postings?.exists, postings?.nulls, postings?.empties].map((set) => [...(set ?? [])]),
  };
}

describe("places", () => {
  test("coordinates are numbers or numeric strings", () => {
    expect(readGeoPoint({ lat: 1.5, lng: "-2" })).toEqual({ lat: 1.5, lng: -2 });
    for (const bad of [null, [1, 2], { lat: 1 }, { lat: "", lng: 1 }, { lat: "north", lng: 1 }]) {
      expect(readGeoPoint(bad)).toBeUndefined();
    }
  });

  test("distances follow the haversine formula on a sphere of 6,371 km, to the millimetre", () => {
    expect(distanceMeters({ lat: 27.740068, lng: 85.337576 }, { lat: 27.740286, lng: 85.337059 })).toBe(56.36);
    expect(distanceMeters({ lat: 0, lng: 0 }, { lat: 0, lng: 180 })).toBeCloseTo(Math.PI * 6_371_000, 2);
  });

  test("the base point is the first one among the sort expressions", () => {
    expect(sortPoint(["year:asc", "_geoPoint( 1.5 ,-2):desc", "_geoPoint(3,4):asc"])).toEqual({ lat: 1.5, lng: -2 });
    expect(sortPoint(["year:asc"])).toBeUndefined();
  });
});

test("texts are ordered by their UTF-8 bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
      const expected = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareBytes(left, right))).toBe(expected);
    }),
  );
});
