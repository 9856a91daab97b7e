import { describe, expect, it } from "vitest";
import { applyPatch } from "../../../src/cluster/settings/apply-patch.ts";
import { checkSettings } from "../../../src/cluster/settings/check-settings.ts";
import { defaultSettings } from "../../../src/cluster/settings/default-settings.ts";
import { toLogical } from "../../../src/cluster/settings/logical.ts";
import { physicalFacetMax, physicalPatch, RESERVED_RULE, toPhysical } from "../../../src/cluster/settings/physical.ts";
import { MiroirError } from "../../../src/core/errors.ts";
import type { JsonObject } from "../../../src/core/types.ts";
import { encodeDigits } from "../../../src/routing/reserved.ts";

const context = { primaryKey: "id" };
const settingsAfter = (patch: JsonObject, before: JsonObject = defaultSettings): JsonObject =>
  applyPatch(before, patch);
const physical = (patch: JsonObject): JsonObject => toPhysical(settingsAfter(patch), context);

describe("applyPatch", () => {
  it("keeps sets sorted and lists in their order, each entry once, as the server reads them back", () => {
    expect(
      settingsAfter({
        stopWords: ["the", "of", "The", "of"],
        sortableAttributes: ["year", "_geo", "author.name"],
        searchableAttributes: ["title", "description", "title"],
        displayedAttributes: ["title", "*"],
        synonyms: { b: ["z", "a"], a: ["c"] },
      }),
    ).toMatchObject({
      stopWords: ["The", "of", "the"],
      sortableAttributes: ["_geo", "author.name", "year"],
      searchableAttributes: ["title", "description"],
      displayedAttributes: ["*"],
      synonyms: { a: ["c"], b: ["z", "a"] },
    });
  });

  it("resets with null and leaves everything else", () => {
    const changed = settingsAfter({
      stopWords: ["a"],
      rankingRules: ["words"],
      distinctAttribute: "x",
      searchCutoffMs: 9,
    });
    expect(settingsAfter({ stopWords: null, rankingRules: null, distinctAttribute: null }, changed)).toEqual({
      ...defaultSettings,
      searchCutoffMs: 9,
    });
  });

  it("merges typo tolerance down to the word sizes", () => {
    const first = settingsAfter({
      typoTolerance: {
        minWordSizeForTypos: { oneTypo: 4, twoTypos: 7 },
        disableOnWords: ["z", "a"],
        disableOnNumbers: true,
      },
    });
    expect(settingsAfter({ typoTolerance: { minWordSizeForTypos: { oneTypo: 3 } } }, first)["typoTolerance"]).toEqual({
      enabled: true,
      minWordSizeForTypos: { oneTypo: 3, twoTypos: 7 },
      disableOnWords: ["a", "z"],
      disableOnAttributes: [],
      disableOnNumbers: true,
    });
    const reset = settingsAfter(
      { typoTolerance: { minWordSizeForTypos: { twoTypos: null }, disableOnWords: null } },
      first,
    );
    expect(reset["typoTolerance"]).toMatchObject({
      minWordSizeForTypos: { oneTypo: 4, twoTypos: 9 },
      disableOnWords: [],
    });
  });

  it("replaces facet orders as a whole, always with one for `*`", () => {
    const first = settingsAfter({ faceting: { maxValuesPerFacet: 5, sortFacetValuesBy: { genres: "count" } } });
    expect(first["faceting"]).toEqual({ maxValuesPerFacet: 5, sortFacetValuesBy: { "*": "alpha", genres: "count" } });
    expect(settingsAfter({ faceting: { sortFacetValuesBy: { year: "count" } } }, first)["faceting"]).toEqual({
      maxValuesPerFacet: 5,
      sortFacetValuesBy: { "*": "alpha", year: "count" },
    });
    expect(settingsAfter({ faceting: { maxValuesPerFacet: null } }, first)["faceting"]).toMatchObject({
      maxValuesPerFacet: 100,
    });
  });

  it("merges embedders by name and field, removes with null, and starts anew with another source", () => {
    const first = settingsAfter({
      embedders: { mini: { source: "userProvided", dimensions: 3 }, big: { source: "ollama", model: "m" } },
    });
    expect(Object.keys(first["embedders"] as JsonObject)).toEqual(["big", "mini"]);
    const second = settingsAfter(
      { embedders: { mini: { binaryQuantized: true }, big: { source: "userProvided", dimensions: 2 } } },
      first,
    );
    expect(second["embedders"]).toEqual({
      big: { source: "userProvided", dimensions: 2 },
      mini: { source: "userProvided", dimensions: 3, binaryQuantized: true },
    });
    expect(settingsAfter({ embedders: { mini: null, big: { dimensions: null } } }, second)["embedders"]).toEqual({
      big: { source: "userProvided" },
    });
    expect(settingsAfter({ embedders: null }, second)["embedders"]).toEqual({});
  });

  it("spells out the features of filterable patterns", () => {
    expect(
      settingsAfter({ filterableAttributes: ["b", { attributePatterns: ["a*"] }] })["filterableAttributes"],
    ).toEqual([
      "b",
      { attributePatterns: ["a*"], features: { facetSearch: false, filter: { equality: true, comparison: false } } },
    ]);
  });

  it("changes neither what it was given nor the defaults", () => {
    const before = structuredClone(defaultSettings);
    const patch = { synonyms: { a: ["b"] } };
    const changed = settingsAfter(patch);
    (changed["synonyms"] as JsonObject)["c"] = ["d"];
    (settingsAfter({ pagination: null })["pagination"] as JsonObject)["maxTotalHits"] = 1;
    expect(defaultSettings).toEqual(before);
    expect(patch).toEqual({ synonyms: { a: ["b"] } });
  });
});

describe("toPhysical", () => {
  it("puts miroir's rule before the user's and makes the version sortable", () => {
    const settings = physical({ filterableAttributes: ["*"], sortableAttributes: ["year", "_geo"] });
    expect(settings["filterableAttributes"]).toEqual([RESERVED_RULE, "*"]);
    expect(settings["sortableAttributes"]).toEqual(["_geo", "_miroir_version", "year"]);
  });

  it("asks for ten times the facet values, a thousand at least", () => {
    expect([physicalFacetMax(5), physicalFacetMax(100), physicalFacetMax(250)]).toEqual([1000, 1000, 2500]);
    expect(physical({ faceting: { maxValuesPerFacet: 300, sortFacetValuesBy: { a: "count" } } })["faceting"]).toEqual({
      maxValuesPerFacet: 3000,
      sortFacetValuesBy: { "*": "alpha", a: "count" },
    });
  });

  it("displays what merging needs beside what the user displays, or everything", () => {
    expect(physical({ sortableAttributes: ["year"] })["displayedAttributes"]).toEqual(["*"]);
    expect(
      physical({
        displayedAttributes: ["title", "id"],
        sortableAttributes: ["year"],
        rankingRules: ["words", "sort", "price:desc", "a:b:asc"],
        distinctAttribute: "sku",
      })["displayedAttributes"],
    ).toEqual(["title", "id", "year", "price", "a:b", "sku"]);
    expect(toPhysical(settingsAfter({ displayedAttributes: [] }), { primaryKey: null })["displayedAttributes"]).toEqual(
      [],
    );
  });

  it("guards the default template of embedders that render documents, and no other", () => {
    const own = "{{ doc.title }}";
    const embedders = {
      a: { source: "ollama", model: "m" },
      b: { source: "openAi", documentTemplate: own },
      c: { source: "userProvided", dimensions: 3 },
      d: { source: "composite", searchEmbedder: { source: "ollama" }, indexingEmbedder: { source: "huggingFace" } },
      e: { source: "rest", indexingFragments: { text: { value: "x" } } },
    };
    const guarded = expect.stringContaining('{% unless field.name contains "_miroir_" %}');
    expect(physical({ embedders })["embedders"]).toEqual({
      ...embedders,
      a: { ...embedders.a, documentTemplate: guarded },
      d: { ...embedders.d, indexingEmbedder: { source: "huggingFace", documentTemplate: guarded } },
    });
  });
});

describe("physicalPatch", () => {
  const patch = (change: JsonObject, before: JsonObject = defaultSettings) =>
    physicalPatch(before, settingsAfter(change, before), context);

  it("names only what changes on nodes", () => {
    expect(patch({})).toEqual({});
    expect(patch({ stopWords: ["a"] })).toEqual({ stopWords: ["a"] });
    expect(patch({ faceting: { maxValuesPerFacet: 50 } })).toEqual({});
  });

  it("includes settings that follow from others", () => {
    const before = settingsAfter({ displayedAttributes: ["title"] });
    expect(patch({ sortableAttributes: ["year"] }, before)).toEqual({
      sortableAttributes: ["_miroir_version", "year"],
      displayedAttributes: ["title", "id", "year"],
    });
    expect(patch({ distinctAttribute: null }, settingsAfter({ distinctAttribute: "sku" }, before))).toEqual({
      distinctAttribute: null,
      displayedAttributes: ["title", "id"],
    });
  });

  it("removes embedders and fields of embedders with null, which nodes would keep otherwise", () => {
    const before = settingsAfter({
      embedders: {
        a: { source: "userProvided", dimensions: 3, binaryQuantized: true },
        b: { source: "userProvided", dimensions: 2 },
      },
    });
    expect(patch({ embedders: { a: { binaryQuantized: null }, b: null } }, before)).toEqual({
      embedders: { a: { source: "userProvided", dimensions: 3, binaryQuantized: null }, b: null },
    });
    expect(patch({ embedders: { b: { dimensions: 4 } } }, before)).toEqual({
      embedders: { b: { source: "userProvided", dimensions: 4 } },
    });
  });

  it("names only the word sizes that change, so that nodes judge them as they would the user's own call", () => {
    const typoTolerance = { minWordSizeForTypos: { oneTypo: 99 } };
    expect(patch({ typoTolerance })["typoTolerance"]).toEqual({
      ...{ enabled: true, disableOnWords: [], disableOnAttributes: [], disableOnNumbers: false },
      minWordSizeForTypos: { oneTypo: 99 },
    });
    expect(patch({ typoTolerance: { enabled: false } })["typoTolerance"]).toMatchObject({ minWordSizeForTypos: {} });
  });
});

describe("toLogical", () => {
  it("gives back what the user set, whatever was added for the nodes", () => {
    const settings = settingsAfter({
      displayedAttributes: ["title"],
      filterableAttributes: ["*", { attributePatterns: ["a*"] }],
      sortableAttributes: ["year"],
      faceting: { maxValuesPerFacet: 7 },
      embedders: {
        c: { source: "userProvided", dimensions: 3 },
        x: { source: "ollama", documentTemplate: "{{ doc.t }}" },
      },
    });
    expect(toLogical(toPhysical(settings, context), settings)).toEqual(settings);
    expect(toLogical(toPhysical(defaultSettings, context), defaultSettings)).toEqual(defaultSettings);
  });

  it("shows the server's default template in the place of the guarded one", () => {
    const settings = settingsAfter({ embedders: { a: { source: "ollama" } } });
    const shown = toLogical(toPhysical(settings, context), settings)["embedders"];
    expect(shown).toEqual({
      a: {
        source: "ollama",
        documentTemplate:
          "{% for field in fields %}{% if field.is_searchable and field.value != nil %}{{ field.name }}: {{ field.value }}\n{% endif %}{% endfor %}",
      },
    });
    expect(toPhysical(settingsAfter({ embedders: shown as JsonObject }), context)).toEqual(
      toPhysical(settings, context),
    );
  });

  it("works on the answer of a single setting's route", () => {
    expect(toLogical({ sortableAttributes: ["_miroir_version", "a"] }, defaultSettings)).toEqual({
      sortableAttributes: ["a"],
    });
  });
});

describe("checkSettings", () => {
  it("accepts the defaults and everyday settings", () => {
    expect(() => checkSettings(defaultSettings)).not.toThrow();
    expect(() =>
      checkSettings(settingsAfter({ dictionary: ["J. R. R."], filterableAttributes: ["*", "_geo"] })),
    ).not.toThrow();
  });

  const bracket = `a${encodeDigits("7")}b`;
  it.each<[string, JsonObject]>([
    ["nonSeparatorTokens", { nonSeparatorTokens: ["#", bracket] }],
    ["dictionary", { dictionary: [bracket] }],
    ["searchableAttributes", { searchableAttributes: ["_miroir_shard"] }],
    ["displayedAttributes", { displayedAttributes: ["_miroir_shard"] }],
    ["filterableAttributes", { filterableAttributes: ["_miroir_shard"] }],
    ["filterableAttributes", { filterableAttributes: [{ attributePatterns: ["a", "_miroir_*"] }] }],
    ["sortableAttributes", { sortableAttributes: ["_miroir_version"] }],
    ["rankingRules", { rankingRules: ["words", "_miroir_version:desc"] }],
    ["distinctAttribute", { distinctAttribute: "_miroir_shard" }],
    ["typoTolerance.disableOnAttributes", { typoTolerance: { disableOnAttributes: ["_miroir_shard"] } }],
    ["faceting.sortFacetValuesBy", { faceting: { sortFacetValuesBy: { _miroir_shard: "count" } } }],
    ["localizedAttributes", { localizedAttributes: [{ attributePatterns: ["_miroir_*"], locales: ["eng"] }] }],
  ])("refuses %s that touch miroir's own fields", (key, settings) => {
    let error: unknown;
    try {
      checkSettings(settingsAfter(settings));
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(MiroirError);
    expect(error).toMatchObject({ code: "miroir_reserved_field", message: expect.stringContaining(`\`${key}\``) });
  });
});
