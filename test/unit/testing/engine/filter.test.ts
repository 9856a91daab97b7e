import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../../src/core/types.ts";
import type { EngineSettings } from "../../../../src/testing/embedded-node/engine/contract.ts";
import { evaluateFilter } from "../../../../src/testing/embedded-node/engine/filter/evaluate.ts";
import { gateFilter } from "../../../../src/testing/embedded-node/engine/filter/feature-gate.ts";
import { indexOf, settingsWith } from "./fields-support.ts";

const DOCUMENTS: readonly JsonObject[] = [
  { id: 1, genre: "Drama", year: 1990, tags: ["sea", "Sun"], note: null, box: { a: 1 }, _geo: { lat: 1, lng: 1 } },
  { id: 2, genre: "drama ", year: "1990", tags: [], note: "", box: {}, _geo: { lat: 2, lng: 179 } },
  { id: 3, genre: "Élan", year: 2000.5, tags: ["sun"], note: [null], box: [{ a: 2 }, { a: null }] },
  { id: 4, genre: true, year: [1, 3000], _geo: { lat: "50", lng: "-179" } },
];

const SETTINGS = settingsWith({ filterableAttributes: ["genre", "year", "tags", "note", "box", "_geo", "ghost"] });

function pass(filter: JsonValue | undefined, settings: EngineSettings = SETTINGS, prefix = ""): number[] {
  const set = evaluateFilter(filter, indexOf(DOCUMENTS, settings), { settings, code: "invalid_search_filter", prefix });
  return [...set].map((docid) => docid + 1);
}

describe("filters", () => {
  test.each<[JsonValue | undefined, number[]]>([
    [undefined, [1, 2, 3, 4]],
    [null, [1, 2, 3, 4]],
    ["", [1, 2, 3, 4]],
    ["genre = DRAMA", [1, 2]],
    ["genre != drama", [3, 4]],
    ["genre = elan", []],
    ["genre = élan", [3]],
    ["genre = true", [4]],
    ["year = 1990", [1, 2]],
    ["year = '1990.0'", [1]],
    ["year > 1990", [3, 4]],
    ["year >= 1990", [1, 2, 3, 4]],
    ["year < 1990", [4]],
    ["year 2 TO 2500", [1, 3]],
    ["year 19 TO 2500", [1, 2, 3]],
    ["year 3000 TO 1", []],
    ["genre > drama", [3, 4]],
    ["genre drama TO drama", [1, 2]],
    ["tags IN [SUN, moon]", [1, 3]],
    ["tags NOT IN [sea]", [2, 3, 4]],
    ["tags IN []", []],
    ["note EXISTS", [1, 2, 3]],
    ["note NOT EXISTS", [4]],
    ["note IS NULL", [1]],
    ["note IS EMPTY", [2]],
    ["tags IS EMPTY", [2]],
    ["box IS EMPTY", [2]],
    ["box.a EXISTS", [1, 3]],
    ["box.a = 2", [3]],
    ["box.a IS NULL", [3]],
    ["tags CONTAINS U", [1, 3]],
    ["tags STARTS WITH Se", [1]],
    ["tags STARTS WITH ''", [1, 2, 3]],
    ["ghost = 1", []],
    ["ghost != 1", []],
    ["NOT ghost = 1", [1, 2, 3, 4]],
    ["genre = drama AND NOT (tags IS EMPTY OR year > 2000)", [1]],
    [["genre = drama", ["year > 2000", "note IS EMPTY"]], [2]],
    ["_geoRadius(1, 1, 1000)", [1]],
    ["_geoBoundingBox([60, 180], [0, 0])", [1, 2]],
    ["_geoBoundingBox([60, -170], [0, 170])", [2, 4]],
    ["_vectors EXISTS", []],
  ])("%j passes %j", (filter, ids) => {
    expect(pass(filter)).toEqual(ids);
  });

  test("an operand after an empty result is not judged", () => {
    expect(pass("genre = none AND _geoRadius(100, 0, 1)")).toEqual([]);
    expect(() => pass("genre = drama AND _geoRadius(100, 0, 1)")).toThrow("Bad latitude `100`");
    expect(pass("genre = true AND (year = 5 OR year 1990 TO 1991 AND _geoRadius(100, 0, 1))")).toEqual([]);
  });
});

describe("refused filters", () => {
  test("searches point into the printed filter, other routes into the user's text", () => {
    const message = "Attribute `pages` is not filterable. Available filterable attribute patterns are: `year`.";
    const settings = settingsWith({ filterableAttributes: ["year"] });
    expect(() => pass(["year=1", "pages=3"], settings, "Index `books`: ")).toThrow(
      `Index \`books\`: ${message}\n22:27 ("year" = "1") AND ("pages" = "3")`,
    );
    expect(() => pass(["year=1", "pages=3"], settings)).toThrow(`${message}\n1:6 pages=3`);
  });

  test("syntax errors take no prefix and keep the user's text", () => {
    expect(() => pass("year >", SETTINGS, "Index `books`: ")).toThrow(/^Was expecting a value/);
  });

  test("an index without filterable attributes says so", () => {
    expect(() => pass("year = 1", settingsWith())).toThrow(
      "Attribute `year` is not filterable. This index does not have configured filterable attributes.\n1:5 year = 1",
    );
  });

  test.each([
    [
      "_geoRadius(1, 200, 3)",
      "Bad longitude `200`. Longitude must be contained between -180 and 180 degrees. Hint: try using `-160` instead.\n15:18 ",
    ],
    ["_geoRadius(1, 2, 3, 2000)", "Invalid resolution `2000`. Resolution must be between 3 and 1000.\n21:25 "],
    ["_geoRadius(1e999, 2, 3)", "Non finite floats are not supported\n12:17 "],
    ["_geoBoundingBox([1, 2], [3, 4])", "The top latitude `1` is below the bottom latitude `3`.\n29:30 "],
    ["_geoPolygon([1,1],[2,2],[3,1])", "Attribute `_geojson` is not filterable. "],
    [
      "_vectors.e EXISTS",
      "The embedder `e` does not exist. This index does not have any configured embedders.\n10:11 ",
    ],
  ])("%s", (filter, message) => {
    expect(() => pass(filter)).toThrow(message);
  });

  test("places are filterable by the plain name `_geo` only", () => {
    const features = { facetSearch: true, filter: { equality: true, comparison: true } };
    const settings = settingsWith({ filterableAttributes: [{ attributePatterns: ["_geo*"], features }] });
    expect(() => pass("_geoRadius(1, 1, 1)", settings)).toThrow("Attribute `_geo/_geojson` is not filterable.");
  });

  test.each([
    [
      "tags = sun",
      { equality: false, comparison: true },
      "=",
      "<, >, <=, >=, TO, IS EMPTY, IS NULL, EXISTS",
      "equality",
    ],
    ["tags a TO b", { equality: true, comparison: false }, "TO", "=, !=, IN, IS EMPTY, IS NULL, EXISTS", "comparison"],
  ])("an operator that the rule does not allow is refused: %s", (filter, allowed, operator, list, hint) => {
    const rule = { attributePatterns: ["tags"], features: { facetSearch: false, filter: allowed } };
    const settings = settingsWith({ filterableAttributes: ["year", rule] });
    expect(() => pass(filter, settings)).toThrow(
      `Filter operator \`${operator}\` is not allowed for the attribute \`tags\`.\n  - Note: allowed operators: OR, AND, NOT, ${list}.\n  - Note: field \`tags\` matched rule #1 in \`filterableAttributes\`\n  - Hint: enable ${hint} in rule #1 by`,
    );
  });

  test("a rule without any filter feature makes an attribute unknown to filters", () => {
    const none = { facetSearch: true, filter: { equality: false, comparison: false } };
    const settings = settingsWith({ filterableAttributes: [{ attributePatterns: ["tags"], features: none }, "tags"] });
    expect(() => pass("tags EXISTS", settings)).toThrow("Attribute `tags` is not filterable.");
  });
});

describe("experimental parts of the grammar", () => {
  const off = { containsFilter: false, foreignKeys: false, network: false, multimodal: false };

  test.each([
    [
      "a = 1 AND NOT b CONTAINS c",
      "Using `CONTAINS` in a filter requires enabling the `contains filter` experimental feature. See https://github.com/orgs/meilisearch/discussions/763\n17:25 ",
    ],
    [
      "_foreign(a, b = 1)",
      "using a foreign filter requires enabling the `foreign_keys` experimental feature. See https://github.com/orgs/meilisearch/discussions/873\n10:11 ",
    ],
    ["_shard = 1", "using a shard filter requires enabling the `network` experimental feature."],
    ["_vectors EXISTS", "using a vector filter requires enabling the `multimodal` experimental feature."],
  ])("%s", (filter, message) => {
    expect(() => gateFilter(filter, off, "invalid_search_filter")).toThrow(
      expect.objectContaining({ code: "feature_not_enabled", message: expect.stringContaining(message) }),
    );
  });

  test("pass when enabled, and STARTS WITH needs nothing", () => {
    const on = { containsFilter: true, foreignKeys: true, network: true, multimodal: true };
    expect(() => gateFilter("a CONTAINS b AND _vectors EXISTS", on, "invalid_search_filter")).not.toThrow();
    expect(() => gateFilter("a STARTS WITH b", off, "invalid_search_filter")).not.toThrow();
  });
});
