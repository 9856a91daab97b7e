import { describe, expect, test } from "vitest";
import type { EngineSettings, FacetSearchRequest } from "../../../../src/testing/embedded-node/engine/contract.ts";
import { DocSet } from "../../../../src/testing/embedded-node/engine/doc-set.ts";
import { facetHits } from "../../../../src/testing/embedded-node/engine/facets/facet-search.ts";
import { indexOf, settingsWith } from "./fields-support.ts";

const DOCUMENTS = [
  { id: 1, genre: ["adventure", "Poetry"] },
  { id: 2, genre: ["ADVENTURE", "science fiction"] },
  { id: 3, genre: ["Éssay", "sea", 12] },
  { id: 4, genre: ["Sea"] },
];
const SETTINGS = settingsWith({ filterableAttributes: ["genre", "year"] });

function search(request: Partial<FacetSearchRequest>, settings: EngineSettings = SETTINGS, docids = [0, 1, 2, 3]) {
  const hits = facetHits(indexOf(DOCUMENTS, settings), DocSet.of(docids), { facetName: "genre", ...request }, settings);
  return hits.map(({ value, count }) => `${value}:${count}`);
}

describe("facet search", () => {
  test("without a query all string values come in normalised order, shown as the first document has them", () => {
    expect(search({})).toEqual(["adventure:2", "Éssay:1", "Poetry:1", "science fiction:1", "sea:2"]);
  });

  test("only candidates count, but the shown form is the first document's of all", () => {
    expect(search({}, SETTINGS, [1, 3])).toEqual(["adventure:1", "science fiction:1", "sea:1"]);
  });

  test.each<[string, string[]]>([
    ["s", ["science fiction:1", "sea:2"]],
    ["SEA", ["sea:2"]],
    ["essay", ["Éssay:1"]],
    ["poerty", ["Poetry:1"]],
    ["adv", ["adventure:2"]],
    ["advnet", ["adventure:2"]],
    ["adventrues", ["adventure:2"]],
    ["fiction", []],
    ["12", []],
    ["sae", []],
  ])("the query %j finds %j", (facetQuery, hits) => {
    expect(search({ facetQuery })).toEqual(hits);
  });

  test("typos can be switched off for all, an attribute or a word", () => {
    const typoTolerance = SETTINGS.typoTolerance;
    for (const off of [{ enabled: false }, { disableOnAttributes: ["genre"] }, { disableOnWords: ["poerty"] }]) {
      const settings = settingsWith({ ...SETTINGS, typoTolerance: { ...typoTolerance, ...off } });
      expect(search({ facetQuery: "poerty" }, settings)).toEqual([]);
    }
    const wholeWord = settingsWith({ ...SETTINGS, typoTolerance: { ...typoTolerance, disableOnWords: ["poet"] } });
    expect(search({ facetQuery: "poet" }, wholeWord)).toEqual([]);
  });

  test("by count the most frequent are kept, equal ones from the last value down", () => {
    const faceting = { maxValuesPerFacet: 3, sortFacetValuesBy: { "*": "alpha", genre: "count" } as const };
    expect(search({}, settingsWith({ ...SETTINGS, faceting }))).toEqual(["sea:2", "adventure:2", "Éssay:1"]);
  });

  test("by count a later value pushes out the least one of the same count", () => {
    const faceting = { maxValuesPerFacet: 4, sortFacetValuesBy: { "*": "count" } as const };
    const settings = settingsWith({ ...SETTINGS, faceting });
    expect(search({}, settings)).toEqual(["sea:2", "adventure:2", "Éssay:1", "science fiction:1"]);
  });

  test("by name the first are kept", () => {
    const faceting = { maxValuesPerFacet: 2, sortFacetValuesBy: { "*": "alpha" } as const };
    expect(search({}, settingsWith({ ...SETTINGS, faceting }))).toEqual(["adventure:2", "Éssay:1"]);
  });

  test("an attribute without string values has no hits", () => {
    expect(search({ facetName: "year" })).toEqual([]);
  });
});

describe("refused facet searches", () => {
  test("the whole index may have it off", () => {
    expect(() => search({}, settingsWith({ ...SETTINGS, facetSearch: false }))).toThrow(
      expect.objectContaining({
        code: "facet_search_disabled",
        message: "The facet search is disabled for this index",
      }),
    );
  });

  test.each<[string, Partial<EngineSettings>, string]>([
    [
      "an unknown attribute",
      {},
      "Attribute `pages` is not facet-searchable. Available facet-searchable attributes patterns are: `genre, year`. To make it",
    ],
    [
      "hidden attributes are counted only",
      { displayedAttributes: ["genre"] },
      "Available facet-searchable attributes patterns are: `genre, <..hidden-attributes>`. To make it",
    ],
    [
      "no attribute at all",
      { filterableAttributes: [] },
      "This index does not have configured facet-searchable attributes. To make it facet-searchable add it to the `filterableAttributes` index settings.",
    ],
  ])("%s", (_, changes, message) => {
    expect(() => search({ facetName: "pages" }, settingsWith({ ...SETTINGS, ...changes }))).toThrow(message);
  });

  test("a rule may have it off", () => {
    const features = { facetSearch: false, filter: { equality: true, comparison: false } };
    const settings = settingsWith({ filterableAttributes: ["year", { attributePatterns: ["genre"], features }] });
    expect(() => search({}, settings)).toThrow(
      'Attribute `genre` is not facet-searchable. Note: this attribute matches rule #1 in filterableAttributes, but this rule does not enable facetSearch.\nHint: enable facetSearch in rule #1 by adding `"facetSearch": true` to the rule.\nHint: prepend another rule matching genre with facetSearch: true before rule #1',
    );
  });
});
