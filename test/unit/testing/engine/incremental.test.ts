import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/core/types.ts";
import type { EngineSettings } from "../../../../src/testing/embedded-node/engine/contract.ts";
import { EmbeddedEngine } from "../../../../src/testing/embedded-node/engine/engine.ts";
import { engineOf, ids } from "./engine-support.ts";
import { settingsWith } from "./fields-support.ts";

const VOCABULARY = ["sun", "sunny", "flower", "sunflower", "dark", "night", "nights", "knight", "harbour", "light"];
const QUERIES = ["sun", "sunflower", "dark night", "nigth", "harbour light sun", '"dark night"', "flower -sun", ""];
const SETTINGS: Partial<EngineSettings>[] = [
  {},
  { searchableAttributes: ["plot", "title"], stopWords: ["dark"] },
  { rankingRules: ["n:desc", "words", "typo"], distinctAttribute: "title" },
  { synonyms: { sun: ["light"] }, displayedAttributes: ["id"], proximityPrecision: "byAttribute" },
];

function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
}

function randomDocument(id: number, random: (limit: number) => number): JsonObject {
  const text = (length: number) =>
    Array.from({ length: 1 + random(length) }, () => VOCABULARY[random(VOCABULARY.length)]).join(" ");
  return { id, title: text(3), plot: [text(4), text(2)], n: random(5) };
}

describe("an engine that was changed", () => {
  test.each([11, 12, 13, 14])("answers as one built anew from the same documents (seed %i)", (seed) => {
    const random = generator(seed);
    let settings = settingsWith(SETTINGS[0]);
    const engine = new EmbeddedEngine(settings, "id");
    const kept = new Map<number, JsonObject>();
    for (let step = 0; step < 150; step += 1) {
      const docid = random(25);
      if (random(3) === 0) {
        engine.remove(docid);
        kept.delete(docid);
      } else {
        const document = randomDocument(docid, random);
        engine.put(docid, document);
        kept.set(docid, document);
      }
      if (random(20) === 0) {
        settings = settingsWith(SETTINGS[random(SETTINGS.length)]);
        engine.configure(settings, "id");
      }
    }
    const fresh = new EmbeddedEngine(settings, "id");
    for (const [docid, document] of [...kept].sort(([a], [b]) => a - b)) fresh.put(docid, document);
    for (const q of QUERIES) {
      const search = { q, limit: 30, showRankingScoreDetails: true, attributesToHighlight: ["*"] };
      expect(engine.search("i", search), `query ${q}, seed ${seed}`).toEqual(fresh.search("i", search));
    }
  });

  test("shows the fields of later documents in the order in which the index met them", () => {
    const engine = engineOf([
      { title: "a", id: 1 },
      { plot: "b", title: "c", id: 2 },
    ]);
    expect(Object.keys(engine.get(1) ?? {})).toEqual(["id", "title", "plot"]);
  });

  test("finds nothing after it was cleared, and starts anew", () => {
    const engine = engineOf([{ id: 1, title: "sun" }]);
    engine.clear();
    expect(ids(engine, "")).toEqual([]);
    engine.put(0, { id: 2, title: "sun" });
    expect(ids(engine, "sun")).toEqual([2]);
  });

  test("selects by filter and orders for the documents route", () => {
    const engine = engineOf([{ id: 1, n: 2 }, { id: 2, n: 1 }, { id: 3 }], {
      filterableAttributes: ["n"],
      sortableAttributes: ["n"],
    });
    expect(engine.select("n > 1", "invalid_document_filter")).toEqual([0]);
    expect(engine.order([0, 1, 2], ["n:asc"])).toEqual([1, 0, 2]);
    expect(engine.order([2, 1, 0], [])).toEqual([0, 1, 2]);
  });
});
