import { describe, expect, test } from "vitest";
import { deriveWords } from "../../../../src/testing/embedded-node/engine/index/derivations.ts";
import { Words } from "../../../../src/testing/embedded-node/engine/index/words.ts";

function derive(texts: readonly string[], text: string, options: { isPrefix?: boolean; maxTypos?: 1 | 2 } = {}) {
  const words = new Words();
  for (const word of texts) words.add(word);
  const found = deriveWords(words, {
    text,
    isPrefix: options.isPrefix ?? false,
    maxTypos: options.maxTypos ?? 1,
    accepts: () => true,
  });
  const show = (list: number[]): string[] => list.map((word) => words.text(word));
  return { one: show(found.oneTypo), two: show(found.twoTypos) };
}

/** Textbook distance with swaps of neighbours. */
function distance(left: string, right: string): number {
  const rows = Array.from({ length: left.length + 1 }, (_, i) => [i, ...Array.from({ length: right.length }, () => 0)]);
  for (let j = 1; j <= right.length; j += 1) rows[0]![j] = j;
  for (let i = 1; i <= left.length; i += 1) {
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (isSwap) best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = best;
    }
  }
  return rows[left.length]![right.length]!;
}

/** Distance of the first beginning that is as near to the whole query as to any part of it, else of the whole word. */
function prefixDistance(text: string, query: string): number {
  for (let length = 1; length <= text.length; length += 1) {
    const beginning = text.slice(0, length);
    const whole = distance(beginning, query);
    const parts = [...query].map((_, i) => distance(beginning, query.slice(0, i)));
    if (whole <= 1 && parts.every((part) => part >= whole)) return whole;
  }
  return distance(text, query);
}

describe("words with typos", () => {
  test("one insertion, deletion, substitution or swap is one typo", () => {
    const { one } = derive(["wrold", "word", "worlds", "wxrld", "world", "wonder"], "world");
    expect(one).toEqual(["word", "worlds", "wrold", "wxrld"]);
  });

  test("a typo in the first letter counts as two", () => {
    expect(derive(["zorld", "orld"], "world").one).toEqual([]);
    expect(derive(["zorld", "orld"], "world", { maxTypos: 2 })).toEqual({ one: [], two: ["orld", "zorld"] });
  });

  test("a prefix matches words that begin with something near", () => {
    expect(derive(["helicopter", "hello", "help"], "helo", { isPrefix: true }).one).toEqual([
      "helicopter",
      "hello",
      "help",
    ]);
  });

  test("a beginning counts only if no shorter query would fit it better", () => {
    expect(derive(["shtip", "shtpx", "shosx"], "shost", { isPrefix: true, maxTypos: 2 })).toEqual({
      one: ["shosx"],
      two: [],
    });
  });

  test("at most 150 words with one typo and 50 with two are found, the first in order", () => {
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const texts = [...letters].flatMap((a) => [...letters].map((b) => `prefix${a}${b}x`));
    const { one, two } = derive(texts, "prefixaax", { maxTypos: 2 });
    expect(two).toHaveLength(50);
    expect(two[0]).toBe("prefixbbx");
    expect(one).toHaveLength(50);
    const longer = [...letters].flatMap((letter) =>
      [...Array(8).keys()].map((i) => `${"prefixaa".slice(0, i + 1)}${letter}${"prefixaa".slice(i + 1)}`),
    );
    const ordered = [...new Set(longer)].sort();
    expect(ordered.length).toBeGreaterThan(150);
    expect(derive(longer, "prefixaa").one).toEqual(ordered.slice(0, 150));
  });

  test("the walk over the sorted words agrees with the textbook on random words", () => {
    let seed = 20_260_101;
    const random = (n: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * n);
    };
    const word = (): string => Array.from({ length: 1 + random(7) }, () => "abc"[random(3)]).join("");
    const texts = [...new Set(Array.from({ length: 300 }, word))];
    for (let round = 0; round < 60; round += 1) {
      const query = word();
      const expected = texts
        .filter((text) => text[0] === query[0] && distance(text, query) === 1)
        .sort()
        .slice(0, 150);
      expect(derive(texts, query).one, `query ${query}, seed 20260101`).toEqual(expected);
      const starting = texts.filter((text) => text[0] === query[0] && prefixDistance(text, query) === 1).sort();
      expect(derive(texts, query, { isPrefix: true }).one, `prefix ${query}, seed 20260101`).toEqual(
        starting.slice(0, 150),
      );
    }
  });
});
