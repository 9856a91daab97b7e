import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/core/types.ts";
import type { EngineSearch, EngineSettings } from "../../../../src/testing/embedded-node/engine/contract.ts";
import {
  formatHit,
  type TermMatch,
  type TermMatcher,
} from "../../../../src/testing/embedded-node/engine/format/format-hit.ts";
import { formatText } from "../../../../src/testing/embedded-node/engine/format/highlight.ts";
import { selectFields } from "../../../../src/testing/embedded-node/engine/format/select-fields.ts";
import { tokenize, tokenizerOptions } from "../../../../src/testing/embedded-node/engine/text/tokenizer.ts";
import { settingsWith } from "./fields-support.ts";

const MARKERS = { preTag: "<", postTag: ">", cropMarker: "…" };

/** Matches words that are equal to one of the query's, and those that begin with its last one. */
function matcherOf(...words: readonly string[]): TermMatcher {
  return {
    matches: (tokens) =>
      tokens.flatMap((token, at): TermMatch[] => {
        const id = words.indexOf(token.lemma);
        if (id >= 0) return [{ first: at, last: at, ids: [id] }];
        const last = words.at(-1);
        if (last === undefined || !token.lemma.startsWith(last)) return [];
        return [{ first: at, last: at, charLength: [...last].length, ids: [words.length - 1] }];
      }),
  };
}

/** Matches a run of words. */
function phraseOf(...words: readonly string[]): TermMatcher {
  return {
    matches: (tokens) => {
      const places = tokens.flatMap((token, at) => (token.kind === "word" ? [{ at, lemma: token.lemma }] : []));
      return places.flatMap(({ at }, index): TermMatch[] => {
        const run = places.slice(index, index + words.length);
        const isMatch = run.length === words.length && run.every(({ lemma }, offset) => lemma === words[offset]);
        return isMatch ? [{ first: at, last: run.at(-1)?.at ?? at, ids: words.map((_, id) => id) }] : [];
      });
    },
  };
}

function crop(text: string, length: number, matcher: TermMatcher = matcherOf()): string {
  const tokens = tokenize(text, tokenizerOptions(settingsWith()));
  return formatText({ text, tokens, matches: matcher.matches(tokens) }, { highlight: true, crop: length }, MARKERS);
}

const SENTENCE = "An old keeper tends the light, on a lonely island. The harbour below empties.";

describe("cropping", () => {
  test.each<[string, number, string[], string]>([
    ["without a match from the beginning", 3, [], "An old keeper…"],
    ["nothing at zero", 0, [], SENTENCE],
    ["nothing when the text is short enough", 100, [], SENTENCE],
    ["one word", 1, ["lonely"], "…<lonely>…"],
    ["alternately, left first", 2, ["lonely"], "…a <lonely>…"],
    ["on both sides", 3, ["lonely"], "…a <lonely> island…"],
    ["more to the right at the beginning", 4, ["old"], "An <old> keeper tends…"],
    ["more to the left at the end", 3, ["empties"], "…harbour below <empties>."],
    ["soft separators before hard ones", 4, ["island"], "…on a lonely <island>…"],
    [
      "around the window with most different words",
      6,
      ["keeper", "lonely", "island"],
      "…light, on a <lonely> <island>. The…",
    ],
    ["around the closer pair", 8, ["old", "keeper", "harbour"], "An <old> <keeper> tends the light, on a…"],
  ])("takes words %s", (_, length, words, expected) => {
    expect(crop(SENTENCE, length, matcherOf(...words))).toBe(expected);
  });

  test("keeps a phrase together and marks it as one", () => {
    expect(crop(SENTENCE, 3, phraseOf("lonely", "island"))).toBe("…a <lonely island>…");
  });

  test("shortens a phrase that is longer than the window, and keeps all when there are several", () => {
    expect(crop("one; red blue. green", 1, phraseOf("red", "blue"))).toBe("one; <red>…");
    expect(crop("one; red blue. green, red blue.", 1, phraseOf("red", "blue"))).toBe(
      "one; <red blue>. green, <red blue>.",
    );
  });

  test("a cropped text holds so many words, contains the best match, and is a part of the text", () => {
    const words = fc.constantFrom("sea", "iron", "salt", "fish", "ship");
    const gaps = fc.constantFrom(" ", ", ", ". ", " - ");
    const sentences = fc.array(fc.tuple(words, gaps), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sentences, fc.integer({ min: 1, max: 12 }), words, (parts, length, query) => {
        const text = parts
          .map(([word, gap]) => word + gap)
          .join("")
          .trimEnd();
        const cropped = crop(text, length, matcherOf(query));
        const plain = cropped.replace(/[<>…]/gu, "");
        expect(text).toContain(plain);
        expect(plain.match(/[a-z]+/g)).toHaveLength(Math.min(length, parts.length));
        expect(plain.includes(query)).toBe(text.includes(query));
        // The same words may stand at the beginning too.
        if (cropped.startsWith("…")) expect(text.indexOf(plain, 1)).toBeGreaterThan(0);
        else expect(text.startsWith(plain)).toBe(true);
      }),
    );
  });
});

describe("highlighting", () => {
  const tokens = (text: string) => tokenize(text, tokenizerOptions(settingsWith()));
  const mark = (text: string, matcher: TermMatcher) =>
    formatText({ text, tokens: tokens(text), matches: matcher.matches(tokens(text)) }, { highlight: true }, MARKERS);

  test("marks whole words, and only the typed part of the last one", () => {
    expect(mark("Harbour Lights", matcherOf("harbour", "li"))).toBe("<Harbour> <Li>ghts");
  });

  test("keeps accents and counts characters, not units", () => {
    expect(mark("l'Élan 𝒜b", matcherOf("elan"))).toBe("l'<Élan> 𝒜b");
  });

  test("marking never changes the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ maxLength: 2 }), (text, query) => {
        const clean = text.replace(/[<>]/g, "");
        expect(mark(clean, matcherOf(query)).replace(/[<>]/g, "")).toBe(clean);
      }),
    );
  });
});

const BOOK: JsonObject = {
  id: 3,
  title: "Harbour Lights",
  author: { name: "Mara", born: 1950 },
  genres: ["sea", "harbour town"],
  editions: [
    { format: "paper", note: "harbour" },
    { format: "harbour", pages: [1, { side: "harbour" }] },
  ],
  inStock: true,
  missing: null,
  _geo: { lat: 53.3498, lng: -6.2603 },
  _vectors: { e: [1] },
};

function hit(search: EngineSearch, changes: Partial<EngineSettings> = {}, fields?: Iterable<string>): JsonObject {
  const settings = settingsWith(changes);
  const context = { settings, matcher: matcherOf("harbour"), tokenizer: tokenizerOptions(settings) };
  return formatHit(BOOK, search, fields === undefined ? context : { ...context, fields });
}

describe("retrieved fields", () => {
  const all = Object.fromEntries(Object.entries(BOOK).filter(([key]) => key !== "_vectors"));

  test.each<[EngineSearch, JsonObject]>([
    [{}, all],
    [{ attributesToRetrieve: null }, all],
    [{ attributesToRetrieve: ["nope", "*"] }, all],
    [{ attributesToRetrieve: [] }, {}],
    [{ attributesToRetrieve: ["title", "id"] }, { id: 3, title: "Harbour Lights" }],
    [{ attributesToRetrieve: ["author.name"] }, { author: { name: "Mara" } }],
    [{ attributesToRetrieve: ["editions.note"] }, { editions: [{ note: "harbour" }] }],
    [{ attributesToRetrieve: ["editions.pages.side"] }, { editions: [{ pages: [{ side: "harbour" }] }] }],
    [
      { attributesToRetrieve: ["id"], retrieveVectors: true },
      { id: 3, _vectors: { e: [1] } },
    ],
  ])("%j", (search, expected) => {
    expect(hit(search)).toEqual(expected);
  });

  test("keep the order of the document", () => {
    expect(Object.keys(hit({ attributesToRetrieve: ["title", "id"] }))).toEqual(["id", "title"]);
  });

  test("are limited to displayed names, compared whole", () => {
    expect(hit({}, { displayedAttributes: ["author.name", "id"] })).toEqual({ id: 3, author: { name: "Mara" } });
    expect(hit({ attributesToRetrieve: ["author.name"] }, { displayedAttributes: ["author"] })).toEqual({});
  });

  test("show the distance when sorted by a point, if the place is shown", () => {
    const sort = ["_geoPoint(51.8985, -8.4756):asc"];
    expect(hit({ sort, attributesToRetrieve: ["_geo"] })["_geoDistance"]).toBe(219_985);
    expect(hit({ sort, attributesToRetrieve: ["id"] })).toEqual({ id: 3 });
  });
});

describe("_formatted", () => {
  test("holds the retrieved and the wished fields, numbers as text, other values as they are", () => {
    expect(hit({ attributesToRetrieve: ["id", "inStock", "missing"], attributesToHighlight: ["title"] })).toEqual({
      id: 3,
      inStock: true,
      missing: null,
      _formatted: { id: "3", title: "<em>Harbour</em> Lights", inStock: true, missing: null },
    });
  });

  test("a wish for a field covers what lies below it and the way to it", () => {
    const formatted = (wish: string) =>
      hit({ attributesToRetrieve: ["editions"], attributesToHighlight: [wish] })["_formatted"];
    const marked = "<em>harbour</em>";
    expect(formatted("editions")).toEqual({
      editions: [
        { format: "paper", note: marked },
        { format: marked, pages: ["1", { side: marked }] },
      ],
    });
    expect(formatted("editions.note")).toEqual({
      editions: [
        { format: "paper", note: marked },
        { format: "harbour", pages: ["1", { side: "harbour" }] },
      ],
    });
  });

  test("is left out when no wish names a displayed field of the index", () => {
    expect(hit({ attributesToRetrieve: ["id"], attributesToHighlight: ["nope"] })).toEqual({ id: 3 });
    expect(hit({ attributesToRetrieve: ["id"], attributesToHighlight: [] })).toEqual({ id: 3 });
    expect(hit({ attributesToHighlight: ["title"] }, { displayedAttributes: ["id"] })).toEqual({ id: 3 });
  });

  test("is there when other documents of the index have the wished field", () => {
    const search = { attributesToRetrieve: ["id"], attributesToHighlight: ["plot"] };
    expect(hit(search, {}, ["id", "plot"])).toEqual({ id: 3, _formatted: { id: "3" } });
  });

  test("crop lengths are taken from the attribute, then the request, then ten", () => {
    const formatted = (search: EngineSearch) =>
      hit({ ...search, attributesToRetrieve: [], cropMarker: "~" })["_formatted"];
    expect(formatted({ attributesToCrop: ["title:1"], cropLength: 2 })).toEqual({ title: "Harbour~" });
    expect(formatted({ attributesToCrop: ["title:x"], cropLength: 1 })).toEqual({ title: "Harbour~" });
    expect(formatted({ attributesToCrop: ["title"], cropLength: 2 })).toEqual({ title: "Harbour Lights" });
    expect(formatted({ attributesToCrop: ["title"] })).toEqual({ title: "Harbour Lights" });
  });
});

describe("_matchesPosition", () => {
  test("gives byte offsets by field, with the place in arrays; the last match of an array's field stays", () => {
    const shown = hit({ attributesToRetrieve: ["id"], showMatchesPosition: true });
    expect(shown).toEqual({
      id: 3,
      _matchesPosition: {
        "editions.format": [{ start: 0, length: 7, indices: [1] }],
        "editions.note": [{ start: 0, length: 7, indices: [0] }],
        "editions.pages.side": [{ start: 0, length: 7, indices: [1, 1] }],
        genres: [{ start: 0, length: 7, indices: [1] }],
        title: [{ start: 0, length: 7 }],
      },
    });
    expect(Object.keys(shown["_matchesPosition"] as JsonObject).at(-1)).toBe("title");
  });

  test("counts bytes of UTF-8", () => {
    const settings = settingsWith();
    const context = { settings, matcher: matcherOf("foret"), tokenizer: tokenizerOptions(settings) };
    expect(formatHit({ t: "l'élan, la forêt" }, { showMatchesPosition: true }, context)["_matchesPosition"]).toEqual({
      t: [{ start: 12, length: 6 }],
    });
  });

  test("is empty, not absent, without matches, and silent about hidden fields", () => {
    expect(hit({ showMatchesPosition: true }, { displayedAttributes: ["id"] })).toEqual({
      id: 3,
      _matchesPosition: {},
    });
  });
});

test("selecting every field path of a document gives the document", () => {
  const leaves = fc.oneof(fc.integer(), fc.string(), fc.constant(null));
  const names = fc.constantFrom("a", "b", "c");
  fc.assert(
    fc.property(fc.dictionary(names, fc.oneof(leaves, fc.dictionary(names, leaves), fc.array(leaves))), (document) => {
      expect(selectFields(document as JsonObject, Object.keys(document))).toEqual(document);
    }),
  );
});
