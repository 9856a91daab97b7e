import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/core/types.ts";
import type { EngineSettings } from "../../../../src/testing/embedded-node/engine/contract.ts";
import { DocSet } from "../../../../src/testing/embedded-node/engine/doc-set.ts";
import { facetDistribution } from "../../../../src/testing/embedded-node/engine/facets/distribution.ts";
import { numberText } from "../../../../src/testing/embedded-node/engine/facets/number-text.ts";
import { indexOf, settingsWith } from "./fields-support.ts";

const DOCUMENTS: readonly JsonObject[] = [
  { id: 1, genre: ["Sea", "Drama"], year: 2.5, deep: { a: "x", b: 10 }, mixed: 7 },
  { id: 2, genre: ["SEA", "sea"], year: [100, 20], deep: { a: "y" }, mixed: "7" },
  { id: 3, genre: ["drama", "zoo"], year: 20, deep: null, mixed: "seven" },
  { id: 4, genre: [], year: null, flag: true },
];

const SETTINGS = settingsWith({ filterableAttributes: ["genre", "year", "deep", "flag", "mixed"] });

function distribution(facets: readonly string[], settings: EngineSettings = SETTINGS, docids = [0, 1, 2, 3]) {
  return facetDistribution(indexOf(DOCUMENTS, settings), DocSet.of(docids), facets, settings);
}

const COUNTED = settingsWith({
  filterableAttributes: ["v"],
  faceting: { maxValuesPerFacet: 10, sortFacetValuesBy: { "*": "count" } },
});

/** Objects put number-like keys first, so orders are only visible among other keys. */
function keys(values: unknown): string[] {
  return Object.keys(values as object);
}

describe("facet distribution", () => {
  test("counts documents by normalised value and shows the form of the first", () => {
    const { facetDistribution: facets } = distribution(["genre"]);
    expect(facets).toEqual({ genre: { Drama: 2, Sea: 2, zoo: 1 } });
    expect(keys(facets["genre"])).toEqual(["Drama", "Sea", "zoo"]);
  });

  test("only candidates count, and the shown form is the first one's, the last where it has several", () => {
    expect(distribution(["genre"], SETTINGS, [1, 2]).facetDistribution).toEqual({
      genre: { drama: 1, sea: 1, zoo: 1 },
    });
  });

  test("a field that the candidates do not have is listed without values, an unknown one is not listed", () => {
    const settings = settingsWith({ filterableAttributes: ["flag", "ghost"] });
    expect(distribution(["*"], settings, [0]).facetDistribution).toEqual({ flag: {} });
  });

  test("numbers give least and greatest value, booleans and strings none", () => {
    const { facetStats } = distribution(["year", "genre", "flag"]);
    expect(facetStats).toEqual({ year: { min: 2.5, max: 100 } });
  });

  test("a number and a string of the same text share an entry, the string's count wins", () => {
    expect(distribution(["mixed"]).facetDistribution).toEqual({ mixed: { 7: 1, seven: 1 } });
  });

  test("asking for a field includes what lies below it; asking for a pattern only what fits", () => {
    expect(keys(distribution(["deep"]).facetDistribution)).toEqual(["deep", "deep.a", "deep.b"]);
    expect(keys(distribution(["deep.*"]).facetDistribution)).toEqual(["deep.a", "deep.b"]);
    const settings = settingsWith({ filterableAttributes: ["deep.a"] });
    expect(distribution(["deep"], settings).facetDistribution).toEqual({});
    expect(distribution(["deep.*"], settings).facetDistribution).toEqual({ "deep.a": { x: 1, y: 1 } });
  });

  test("numbers come first, ordered by their text, and are cut together with the strings", () => {
    const documents = [{ id: 1, v: [9, 10, "b", "a"] }];
    const limited = (maxValuesPerFacet: number) => {
      const settings = settingsWith({
        filterableAttributes: ["v"],
        faceting: { maxValuesPerFacet, sortFacetValuesBy: { "*": "alpha" } },
      });
      return facetDistribution(indexOf(documents, settings), DocSet.of([0]), ["v"], settings).facetDistribution["v"];
    };
    expect(limited(1)).toEqual({ 10: 1 });
    expect(limited(3)).toEqual({ 9: 1, 10: 1, a: 1 });
  });

  test("by count the largest come first and equal counts from the last value down", () => {
    const settings = settingsWith({
      ...SETTINGS,
      faceting: { maxValuesPerFacet: 2, sortFacetValuesBy: { "*": "alpha", genre: "count" } },
    });
    const { facetDistribution: facets } = distribution(["genre", "deep"], settings);
    expect(keys(facets["genre"])).toEqual(["Sea", "Drama"]);
    expect(keys(facets["deep.a"])).toEqual(["x", "y"]);
  });

  test("by count a value comes out when its group of four neighbours is looked into, larger groups first", () => {
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    const index = indexOf(
      letters.map((v, id): JsonObject => ({ id, v })),
      COUNTED,
    );
    const shown = (candidates: string) => {
      const docids = [...candidates].map((letter) => letters.indexOf(letter));
      return keys(facetDistribution(index, DocSet.of(docids), ["v"], COUNTED).facetDistribution["v"]);
    };
    expect(shown("fz")).toEqual(["z", "f"]);
    expect(shown("fgz")).toEqual(["g", "f", "z"]);
  });

  test("by count, numbers that fill the list exactly let every string in", () => {
    const settings = settingsWith({
      filterableAttributes: ["v"],
      faceting: { maxValuesPerFacet: 1, sortFacetValuesBy: { "*": "count" } },
    });
    const documents = [{ id: 1, v: [1, "a", "b"] }];
    const answer = facetDistribution(indexOf(documents, settings), DocSet.of([0]), ["v"], settings);
    expect(answer.facetDistribution["v"]).toEqual({ 1: 1, a: 1, b: 1 });
  });

  test("without truncation both orders hold the same counts", () => {
    const values = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom("p", "q", "r", "s"));
    fc.assert(
      fc.property(fc.array(fc.array(values, { maxLength: 4 }), { maxLength: 8 }), (lists) => {
        const documents = lists.map((v, id): JsonObject => ({ id, v }));
        const answers = (["alpha", "count"] as const).map((order) => {
          const settings = settingsWith({
            filterableAttributes: ["v"],
            faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { "*": order } },
          });
          return facetDistribution(indexOf(documents, settings), DocSet.of(documents.keys()), ["*"], settings);
        });
        expect(answers[0]).toEqual(answers[1]);
        const total = new Map<string, number>();
        for (const list of lists) for (const v of new Set(list)) total.set(`${v}`, (total.get(`${v}`) ?? 0) + 1);
        expect(answers[0]?.facetDistribution["v"] ?? {}).toEqual(Object.fromEntries(total));
      }),
    );
  });
});

describe("refused facets", () => {
  test("the first facet that meets nothing filterable is named, with what there is", () => {
    const settings = settingsWith({ filterableAttributes: ["year", "genre"] });
    expect(() => distribution(["genre", "pages", "nope"], settings)).toThrow(
      expect.objectContaining({
        code: "invalid_search_facets",
        message:
          "Invalid facet distribution: Pattern `pages` is not filterable. Available filterable attributes patterns are: `genre, year`.",
      }),
    );
  });

  test("nothing filterable at all", () => {
    expect(() => distribution(["genre"], settingsWith())).toThrow(
      "Pattern `genre` is not filterable. This index does not have configured filterable attributes.",
    );
  });

  test("a rule that covers the facet but allows no filter is named", () => {
    const features = { facetSearch: true, filter: { equality: false, comparison: false } };
    const settings = settingsWith({ filterableAttributes: ["year", { attributePatterns: ["gen*"], features }] });
    expect(() => distribution(["genre"], settings)).toThrow(
      "Invalid facet distribution: Attribute `genre` matched rule #1 in filterableAttributes, but this rule does not enable filtering.\nHint: enable filtering in rule #1 by modifying the features.filter object\nHint: prepend another rule matching `genre` with appropriate filter features before rule #1",
    );
  });
});

test.each([
  [1, "1"],
  [-1.5, "-1.5"],
  [1e21, "1000000000000000000000"],
  [-1.25e22, "-12500000000000000000000"],
  [1e-7, "0.0000001"],
  [1.5e-9, "0.0000000015"],
])("the number %d is shown as %s", (number, text) => {
  expect(numberText(number)).toBe(text);
});
