import { describe, expect, test } from "vitest";
import { bucketedPosition, placeWords } from "../../../../src/testing/embedded-node/engine/index/positions.ts";
import { searchableValues } from "../../../../src/testing/embedded-node/engine/index/searchable-values.ts";
import { normalizeFacet, originalLengths } from "../../../../src/testing/embedded-node/engine/text/normalize.ts";
import { tokenize, tokenizerOptions } from "../../../../src/testing/embedded-node/engine/text/tokenizer.ts";
import { settingsWith } from "./fields-support.ts";

const DEFAULTS = tokenizerOptions(settingsWith());

function lemmas(text: string, options = DEFAULTS): string[] {
  const marks = { word: "", stopWord: "!", softSeparator: "~", hardSeparator: "#" };
  return tokenize(text, options).map(({ lemma, kind }) => `${marks[kind]}${lemma}`);
}

describe("the tokenizer", () => {
  test.each<[string, string[]]>([
    ["The quick fox", ["the", "~ ", "quick", "~ ", "fox"]],
    ["can’t it's", ["can", "~'", "t", "~ ", "it", "~'", "s"]],
    ["32.3 feet, right?", ["32", "~.", "3", "~ ", "feet", "#, ", "right", "#?"]],
    ["snake_case kebab-case camelCase", ["snake", "~_", "case", "~ ", "kebab", "~-", "case", "~ ", "camelcase"]],
    ["Œuvre Café Ünal ﬁne Ⅷ", ["oeuvre", "~ ", "cafe", "~ ", "unal", "~ ", "fine", "~ ", "viii"]],
    ["a<b c++", ["a<b", "~ ", "c", "~+", "~+"]],
    ["Tom & Jerry: no…", ["tom", "~ ", "~&", "~ ", "jerry", "~:", "~ ", "no", "..."]],
  ])("cuts %j", (text, expected) => {
    expect(lemmas(text)).toEqual(expected);
  });

  test("cuts where the script changes, and keeps the marks of Cyrillic letters", () => {
    expect(lemmas("helloмир")).toEqual(["hello", "мир"]);
    expect(lemmas("Йод")).toEqual(["и\u0306од"]);
  });

  test("cuts Chinese and Japanese into words of at most a few characters", () => {
    const words = tokenize("東京の夜を歩く", DEFAULTS);
    expect(words.length).toBeGreaterThan(3);
    expect(words.map(({ text }) => text).join("")).toBe("東京の夜を歩く");
  });

  test("gives offsets in characters and in UTF-8 bytes", () => {
    const [, , token] = tokenize("é 🙂x", DEFAULTS);
    expect(token).toMatchObject({ start: 2, end: 5, byteStart: 3, byteEnd: 8 });
  });

  test("follows added and dropped separators, the dictionary and stop words", () => {
    const options = tokenizerOptions(
      settingsWith({
        separatorTokens: ["|", "&nbsp;"],
        nonSeparatorTokens: ["#"],
        dictionary: ["J. R."],
        stopWords: ["the"],
      }),
    );
    expect(lemmas("a|b&nbsp;c", options)).toEqual(["a", "~|", "b", "~&nbsp;", "c"]);
    expect(lemmas("c# J. R. the The", options)).toEqual(["c#", "~ ", "j. r.", "~ ", "!the", "~ ", "the"]);
  });

  test("counts how much of the original a part of the normalised word covers", () => {
    expect(originalLengths("Œuvre", 2)).toEqual({ chars: 1, units: 1, bytes: 2 });
    expect(originalLengths("café", 4)).toEqual({ chars: 4, units: 4, bytes: 5 });
  });

  test("facet values keep their marks, lose their case, and are cut at 468 bytes between characters", () => {
    expect(normalizeFacet("  Éa ")).toBe("e\u0301a");
    expect(new TextEncoder().encode(normalizeFacet("я".repeat(300))).length).toBe(468);
  });
});

describe("the places of words", () => {
  const place = (...values: (string | number | null)[]) =>
    placeWords(values, DEFAULTS).map(({ word, position }) => `${word}@${position}`);

  test("are one apart, eight apart over hard separators and from value to value", () => {
    expect(place("one-two three. four", "five")).toEqual(["one@0", "two@1", "three@2", "four@10", "five@18"]);
  });

  test("count stop words and values without words", () => {
    const options = tokenizerOptions(settingsWith({ stopWords: ["of"] }));
    expect(placeWords(["king of hearts"], options).map(({ position }) => position)).toEqual([0, 2]);
    expect(place("a", null, 7)).toEqual(["a@0", "7@16"]);
  });

  test("leave out words above 250 bytes", () => {
    expect(place(`a ${"b".repeat(251)} c`)).toEqual(["a@0", "c@2"]);
  });

  test("grow coarser from 16 on", () => {
    expect([0, 15, 16, 23, 24, 25, 33].map(bucketedPosition)).toEqual([0, 15, 24, 24, 32, 32, 64]);
  });

  test("count an array below the first level as a value before its elements", () => {
    const values = searchableValues({ top: ["a", { in: ["b", "c"] }], deep: { list: ["d"], text: "e" } });
    expect(Object.fromEntries(values)).toEqual({
      top: ["a"],
      "top.in": [["b", "c"], "b", "c"],
      "deep.list": [["d"], "d"],
      "deep.text": ["e"],
    });
    expect(placeWords(values.get("deep.list") ?? [], DEFAULTS)).toEqual([{ word: "d", position: 8 }]);
  });
});
