import { describe, expect, test } from "vitest";
import { engineOf, firstDetails, hits, ids, titled } from "./engine-support.ts";

describe("what a query matches", () => {
  test("the last word is a prefix unless something follows it", () => {
    const engine = engineOf(titled("harbour", "har"));
    expect(ids(engine, "har")).toEqual([2, 1]);
    expect(ids(engine, "har ")).toEqual([2]);
    expect(ids(engineOf(titled("harbour", "har"), { prefixSearch: "disabled" }), "har")).toEqual([2]);
  });

  test("words are left out from the last on, never the first; `all` leaves out none", () => {
    const engine = engineOf(titled("red sun", "red", "sun"));
    expect(ids(engine, "red sun")).toEqual([1, 2]);
    expect(ids(engine, "red sun", { matchingStrategy: "all" })).toEqual([1]);
  });

  test("`frequency` leaves out the most frequent word first", () => {
    const engine = engineOf(titled("red", "red", "red", "sun"));
    expect(ids(engine, "red sun", { matchingStrategy: "frequency" })).toEqual([4]);
  });

  test("phrases want their words side by side and in order, negative words and phrases exclude", () => {
    const engine = engineOf(titled("new york city", "york new city", "new big york"));
    expect(ids(engine, '"new york"')).toEqual([1]);
    expect(ids(engine, "city -big")).toEqual([1, 2]);
    expect(ids(engine, 'city -"new york"')).toEqual([2]);
    expect(ids(engine, "-new")).toEqual([]);
  });

  test("neighbouring words are also tried glued, and one word split in two", () => {
    expect(ids(engineOf(titled("sunflower")), "sun flower")).toEqual([1]);
    expect(ids(engineOf(titled("sun flower", "sun big flower")), "sunflower")).toEqual([1]);
  });

  test("typos are allowed from five and nine letters on, unless the settings forbid them", () => {
    const documents = titled("lighthouse", "storm");
    expect(ids(engineOf(documents), "lihgthuose")).toEqual([1]);
    expect(ids(engineOf(documents), "strom")).toEqual([2]);
    const off = { enabled: false, minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 } };
    const rest = { disableOnWords: [], disableOnAttributes: [], disableOnNumbers: false };
    expect(ids(engineOf(documents, { typoTolerance: { ...off, ...rest } }), "strom")).toEqual([]);
    const on = { ...off, enabled: true, ...rest };
    expect(ids(engineOf(documents, { typoTolerance: { ...on, disableOnWords: ["Strom"] } }), "strom")).toEqual([]);
    expect(ids(engineOf(documents, { typoTolerance: { ...on, disableOnAttributes: ["title"] } }), "strom")).toEqual([]);
    expect(ids(engineOf(titled("12345"), { typoTolerance: { ...on, disableOnNumbers: true } }), "12346")).toEqual([]);
    expect(ids(engineOf(titled("12345"), { typoTolerance: on }), "12346")).toEqual([1]);
  });

  test("synonyms go one way and may be of several words", () => {
    const engine = engineOf(titled("big apple", "new york"), { synonyms: { "new york": ["big apple"] } });
    expect(ids(engine, "new york").sort()).toEqual([1, 2]);
    expect(ids(engine, "big apple")).toEqual([1]);
  });

  test("stop words are left out of the query and of documents, and stand for one another inside phrases", () => {
    const engine = engineOf(titled("king of hearts", "king hearts", "of mice"), { stopWords: ["of"] });
    expect(ids(engine, "of hearts").sort()).toEqual([1, 2]);
    expect(ids(engine, "of")).toEqual([]);
    expect(ids(engine, '"king of hearts"')).toEqual([1, 2]);
    expect(ids(engine, '"king hearts"')).toEqual([2]);
  });

  test("attributesToSearchOn narrows the fields, with patterns", () => {
    const engine = engineOf([
      { id: 1, title: "sea", plot: "land" },
      { id: 2, title: "land", plot: "sea" },
    ]);
    expect(ids(engine, "sea", { attributesToSearchOn: ["plot"] })).toEqual([2]);
    expect(ids(engine, "sea", { attributesToSearchOn: ["ti*"] })).toEqual([1]);
    expect(ids(engine, "sea", { attributesToSearchOn: ["nothing"] })).toEqual([]);
  });
});

describe("what is highlighted", () => {
  const shown = (engine: ReturnType<typeof engineOf>, q: string) =>
    hits(engine, { q, attributesToHighlight: ["title"] }).map(
      ({ _formatted }) => (_formatted as { title: string }).title,
    );

  test("the typed part of prefixes, whole words with typos, and phrases as one", () => {
    expect(shown(engineOf(titled("Harbouring")), "harb")).toEqual(["<em>Harb</em>ouring"]);
    expect(shown(engineOf(titled("the harbuor lights")), "harbour lig")).toEqual([
      "the <em>harbuor</em> <em>lig</em>hts",
    ]);
    expect(shown(engineOf(titled("new york, york")), '"new york"')).toEqual(["<em>new york</em>, york"]);
    expect(shown(engineOf(titled("Émile Zola")), "emi")).toEqual(["<em>Émi</em>le Zola"]);
  });
});

describe("the order of hits", () => {
  test("fewer typos win", () => {
    expect(ids(engineOf(titled("lightxhouse", "lighthouse")), "lighthouse")).toEqual([2, 1]);
  });

  test("nearer words win, and the query's order over the reverse", () => {
    const engine = engineOf(titled("dark a b c night", "night dark", "dark night"), {
      rankingRules: ["words", "proximity"],
    });
    expect(ids(engine, "dark night")).toEqual([3, 2, 1]);
  });

  test("byAttribute only tells whether words share a field", () => {
    const engine = engineOf(
      [
        { id: 1, title: "dark", plot: "night" },
        { id: 2, title: "night a b c d dark", plot: "" },
      ],
      { rankingRules: ["words", "proximity"], proximityPrecision: "byAttribute" },
    );
    expect(ids(engine, "dark night ")).toEqual([2, 1]);
  });

  test("earlier attributes win, then earlier places in them", () => {
    const documents = [
      { id: 1, title: "land", plot: "sea" },
      { id: 2, title: "a b c sea", plot: "" },
      { id: 3, title: "sea a b c", plot: "" },
    ];
    const engine = engineOf(documents, { searchableAttributes: ["title", "plot"] });
    expect(ids(engine, "sea ")).toEqual([3, 2, 1]);
  });

  test("exactly the query wins over a field that starts with it, and exact words over derived ones", () => {
    const engine = engineOf(titled("harbours", "the harbour", "harbour light", "harbour"), {
      rankingRules: ["words", "exactness"],
    });
    expect(ids(engine, "harbour")).toEqual([4, 3, 2, 1]);
  });

  test("sorts and custom rules put numbers before strings and documents without value last", () => {
    const documents = [{ id: 1, n: "b" }, { id: 2, n: 10 }, { id: 3 }, { id: 4, n: 9 }, { id: 5, n: [1, "a"] }];
    const engine = engineOf(documents, { sortableAttributes: ["n"] });
    expect(ids(engine, "", { sort: ["n:asc"] })).toEqual([5, 4, 2, 1, 3]);
    expect(ids(engine, "", { sort: ["n:desc"] })).toEqual([2, 4, 5, 1, 3]);
    expect(ids(engineOf(documents, { rankingRules: ["n:desc"] }), "")).toEqual([2, 4, 5, 1, 3]);
  });

  test("sorting by a point puts the nearest first, and within a metre all are equal", () => {
    const at = (id: number, lat: number) => ({ id, _geo: { lat, lng: 0 } });
    const engine = engineOf([at(1, 2), at(2, 1), { id: 3 }, at(4, 1.000_001)], { sortableAttributes: ["_geo"] });
    expect(ids(engine, "", { sort: ["_geoPoint(0, 0):asc"] })).toEqual([2, 4, 1, 3]);
    expect(ids(engine, "", { sort: ["_geoPoint(0, 0):desc"] })).toEqual([1, 2, 4, 3]);
  });

  test("the request's sorts stand where `sort` stands among the rules", () => {
    const documents = [
      { id: 1, title: "sea sea", n: 2 },
      { id: 2, title: "seaside", n: 1 },
    ];
    const first = engineOf(documents, { rankingRules: ["sort", "exactness"], sortableAttributes: ["n"] });
    const last = engineOf(documents, { rankingRules: ["exactness", "sort"], sortableAttributes: ["n"] });
    expect(ids(first, "sea", { sort: ["n:asc"] })).toEqual([2, 1]);
    expect(ids(last, "sea", { sort: ["n:asc"] })).toEqual([1, 2]);
  });

  test("ties keep the order in which documents were first put", () => {
    expect(ids(engineOf(titled("sea", "sea", "sea")), "sea")).toEqual([1, 2, 3]);
  });
});

describe("scores and their details", () => {
  test("carry counts for words and typos, and joint scores for exactness", () => {
    const engine = engineOf(titled("a dark nights", "dark"));
    const [, second] = hits(engine, { q: "dark night", showRankingScore: true, showRankingScoreDetails: true });
    expect(second).toEqual({
      id: 2,
      title: "dark",
      _rankingScore: 0.5,
      _rankingScoreDetails: {
        words: { order: 0, matchingWords: 1, maxMatchingWords: 2, score: 0.5 },
        typo: { order: 1, typoCount: 0, maxTypoCount: 1, score: 1 },
        proximity: { order: 2, score: 1 },
        attributeRank: { order: 3, score: 1 },
        wordPosition: { order: 4, score: 1 },
        exactness: { order: 5, matchType: "exactMatch", score: 1 },
      },
    });
    expect(Object.keys(firstDetails(engine, "dark night")["exactness"] as object)).toEqual([
      "order",
      "matchType",
      "matchingWords",
      "maxMatchingWords",
      "score",
    ]);
  });

  test("show the older attribute rule as one", () => {
    const engine = engineOf(titled("a sea"), { rankingRules: ["attribute"] });
    expect(firstDetails(engine, "sea ")["attribute"]).toEqual({
      order: 1,
      attributeRankingOrderScore: 1,
      queryWordDistanceScore: 10 / 11,
      score: 10 / 11,
    });
  });

  test("hide the values of sorts by fields that are not displayed", () => {
    const engine = engineOf([{ id: 1, n: 5 }], { displayedAttributes: ["id"], sortableAttributes: ["n"] });
    expect(firstDetails(engine, "", { sort: ["n:asc"] })).toEqual({
      "<hidden-rule-0>": { order: 0, value: "<hidden>" },
    });
  });

  test("a threshold drops hits and their count", () => {
    const engine = engineOf(titled("dark nights", "dark"));
    const answer = engine.search("movies", { q: "dark night", rankingScoreThreshold: 0.6 });
    expect(answer).toMatchObject({ hits: [{ id: 1 }], estimatedTotalHits: 1 });
  });
});

describe("pages, totals and duplicates", () => {
  const engine = engineOf(titled("a1", "a2", "a3", "a4", "a5"), { pagination: { maxTotalHits: 4 } });

  test("offset and limit stop at maxTotalHits, the estimate does not", () => {
    expect(engine.search("movies", { offset: 3, limit: 5 })).toEqual({
      hits: [{ id: 4, title: "a4" }],
      query: "",
      limit: 5,
      offset: 3,
      estimatedTotalHits: 5,
    });
  });

  test("pages count from one, and page zero is empty", () => {
    const { hits: page, ...rest } = engine.search("movies", { q: "a", page: 2, hitsPerPage: 2 });
    expect(page).toMatchObject([{ id: 3 }, { id: 4 }]);
    expect(rest).toEqual({ query: "a", hitsPerPage: 2, page: 2, totalPages: 3, totalHits: 5 });
    expect(engine.search("movies", { page: 0 })).toMatchObject({ hits: [], page: 0, totalPages: 1, totalHits: 5 });
    expect(engine.search("movies", { hitsPerPage: 0 })).toMatchObject({ hits: [], totalPages: 0 });
  });

  test("distinct keeps the best document per value; pages count to the end, estimates only what was met", () => {
    const documents = ["x", "y", "x", "y", "z", "z"].map((group, id) => ({ id, group, title: "sea" }));
    const grouped = engineOf(documents, { distinctAttribute: "group" });
    expect(ids(grouped, "sea")).toEqual([0, 1, 4]);
    expect(grouped.search("movies", { q: "sea", hitsPerPage: 1 })).toMatchObject({ totalHits: 3 });
    expect(grouped.search("movies", { q: "sea", limit: 1 })).toMatchObject({
      hits: [{ id: 0 }],
      estimatedTotalHits: 3,
    });
  });
});

describe("refusals", () => {
  const engine = engineOf([{ id: 1, title: "a", n: 1 }], {
    searchableAttributes: ["title"],
    sortableAttributes: ["n", "secret"],
    displayedAttributes: ["id", "title", "n"],
  });

  test.each<[object, string, string]>([
    [{ sort: ["n"] }, "invalid_search_sort", "found `n`."],
    [{ sort: ["_geoPoint(91, 0):asc"] }, "invalid_search_sort", "Bad latitude `91`."],
    [{ sort: ["_geo:asc"] }, "invalid_search_sort", "Use the _geoPoint(latitude, longitude) built-in rule"],
    [
      { sort: ["title:asc"] },
      "invalid_search_sort",
      "Index `movies`: Attribute `title` is not sortable. Available sortable attributes are: `n, <..hidden-attributes>`.",
    ],
    [{ distinct: "n" }, "invalid_search_distinct", "This index does not have configured filterable attributes."],
    [
      { attributesToSearchOn: ["n"] },
      "invalid_search_attributes_to_search_on",
      "Attribute `n` is not searchable. Available searchable attributes are: `title`.",
    ],
    [{ facets: ["n"] }, "invalid_search_facets", "Invalid facet distribution"],
  ])("%j is refused with %s", (search, code, text) => {
    expect(() => engine.search("movies", search)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    );
  });

  test("sorting needs the sort rule", () => {
    const unsorted = engineOf([{ id: 1 }], { rankingRules: ["words"], sortableAttributes: ["n"] });
    expect(() => unsorted.search("movies", { sort: ["n:asc"] })).toThrow(/You must specify where `sort` is listed/);
    expect(() => unsorted.order([0], ["m:asc"])).toThrow(/Available sortable attributes are: `n`\.$/);
  });
});
