import { describe, expect, it } from "vitest";
import { differingSettings, restoringPatch } from "../../../src/cluster/settings/settings-difference.ts";
import type { JsonObject } from "../../../src/core/types.ts";

const EMBEDDER = { source: "openAi", model: "small", apiKey: "sk-secret", binaryQuantized: false };

describe("differingSettings()", () => {
  it("compares sets as sets and lists whose order matters in order", () => {
    const wanted = { stopWords: ["a", "the"], rankingRules: ["words", "typo"] };
    expect(differingSettings(wanted, { stopWords: ["the", "a"], rankingRules: ["words", "typo"] })).toEqual([]);
    expect(differingSettings(wanted, { stopWords: ["the"], rankingRules: ["typo", "words"] })).toEqual([
      "stopWords",
      "rankingRules",
    ]);
  });

  it("takes fields that only the node has for its defaults, and an absent value for null", () => {
    const wanted = { searchCutoffMs: null, pagination: { maxTotalHits: 10 } };
    expect(differingSettings(wanted, { pagination: { maxTotalHits: 10, more: 1 }, prefixSearch: "x" })).toEqual([]);
  });

  it("compares embedders field by field, but for secrets, which nodes mask, and what is off", () => {
    const found = { source: "openAi", model: "small", apiKey: "sk-sXXXXX", dimensions: 1536 };
    expect(differingSettings({ embedders: { e: EMBEDDER } }, { embedders: { e: found } })).toEqual([]);
    const other = { embedders: { e: { ...found, model: "large" } } };
    expect(differingSettings({ embedders: { e: EMBEDDER } }, other)).toEqual(["embedders"]);
    const composite = (embedder: JsonObject) => ({
      embedders: { e: { source: "composite", searchEmbedder: embedder } },
    });
    expect(differingSettings(composite(EMBEDDER), composite(found))).toEqual([]);
    expect(differingSettings(composite(EMBEDDER), composite({ ...found, model: "x" }))).toEqual(["embedders"]);
  });

  it("finds embedders that should not be there, and those that are gone", () => {
    expect(differingSettings({ embedders: {} }, { embedders: { e: EMBEDDER } })).toEqual(["embedders"]);
    expect(differingSettings({ embedders: { e: EMBEDDER } }, { embedders: {} })).toEqual(["embedders"]);
  });

  it("says nothing of settings that the node hides while their feature is off", () => {
    expect(differingSettings({ foreignKeys: [] }, {})).toEqual([]);
  });
});

describe("restoringPatch()", () => {
  it("names what differs, resets what should not be set, and takes embedders away", () => {
    const wanted = { stopWords: ["a"], searchCutoffMs: null, embedders: { e: EMBEDDER }, pagination: {} };
    const found = { stopWords: [], searchCutoffMs: 5, embedders: { old: {} } };
    expect(restoringPatch(wanted, found, ["stopWords", "searchCutoffMs", "embedders"])).toEqual({
      ...{ stopWords: ["a"], searchCutoffMs: null },
      embedders: { old: null, e: EMBEDDER },
    });
  });
});
