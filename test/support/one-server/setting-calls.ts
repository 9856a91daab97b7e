import type { Index, Meilisearch, Settings } from "meilisearch";
import { type Call, EVERYWHERE } from "./pair.ts";
import { finished } from "./views.ts";

/** What each setting is set to, by the name its methods have, and what no server takes. */
const VALUES: Readonly<Record<string, readonly [right: unknown, wrong: unknown]>> = {
  DisplayedAttributes: [["title", "id"], 3],
  SearchableAttributes: [["title"], "title"],
  FilterableAttributes: [["genre", { attributePatterns: ["y*"] }], [3]],
  SortableAttributes: [["year", "title"], {}],
  RankingRules: [["sort", "words", "year:asc"], ["nonsense"]],
  StopWords: [["the", "a"], 3],
  NonSeparatorTokens: [["@"], 3],
  SeparatorTokens: [["&sep", "|"], 3],
  Dictionary: [["W. E. B.", "J. R. R."], 3],
  Synonyms: [{ film: ["movie"] }, ["film"]],
  DistinctAttribute: ["genre", 3],
  ProximityPrecision: ["byAttribute", "byHeart"],
  TypoTolerance: [{ enabled: false, minWordSizeForTypos: { oneTypo: 4 } }, { minWordSizeForTypos: { oneTypo: 99 } }],
  Faceting: [{ maxValuesPerFacet: 3, sortFacetValuesBy: { genre: "count" } }, { maxValuesPerFacet: -1 }],
  Pagination: [{ maxTotalHits: 17 }, { maxTotalHits: -1 }],
  SearchCutoffMs: [321, "soon"],
  LocalizedAttributes: [[{ locales: ["fra"], attributePatterns: ["title"] }], [{ locales: ["klingon"] }]],
  FacetSearch: [false, "no"],
  PrefixSearch: ["disabled", "sometimes"],
};

type Method = (value?: unknown) => ReturnType<Index["resetSettings"]>;

function method(client: Meilisearch, uid: string, name: string): Method {
  const index = client.index(uid) as unknown as Readonly<Record<string, Method>>;
  const found = index[name];
  if (found === undefined) throw new Error(`the client has no ${name}()`);
  return found.bind(index);
}

/** One setting read, changed, refused and put back. */
function callsOf(name: string, [right, wrong]: readonly [unknown, unknown], uid = "movies"): readonly Call[] {
  const get: Call = (client) => method(client, uid, `get${name}`)();
  const update = (value: unknown): Call => {
    return async (client) => [await finished(method(client, uid, `update${name}`)(value)), await get(client)];
  };
  const reset: Call = async (client) => [await finished(method(client, uid, `reset${name}`)()), await get(client)];
  return [get, update(right), update(wrong), reset, (client) => client.index(uid).getSettings()];
}

const MANY: Settings = {
  rankingRules: ["words", "sort"],
  stopWords: ["the"],
  typoTolerance: { disableOnWords: ["aquatic"] },
  embedders: { mine: { source: "userProvided", dimensions: 3 }, other: null },
};

/** What is called of the methods of settings that are exact: of all of them at once, then of each by itself. */
export const SETTING_CALLS: Readonly<Record<string, readonly Call[]>> = {
  Settings: [
    (client) => client.index("movies").getSettings(),
    (client) => finished(client.index("movies").updateSettings(MANY)),
    (client) => client.index("movies").getSettings(),
    (client) => finished(client.index("movies").updateSettings({ stopWords: 3 } as never)),
    (client) => finished(client.index("movies").resetSettings()),
    (client) => client.index("movies").getSettings(),
    (client) => client.index("nothing").getSettings(),
  ],
  ...Object.fromEntries(Object.entries(VALUES).map(([name, values]) => [name, callsOf(name, values)])),
  Embedders: callsOf(
    "Embedders",
    [{ other: { source: "userProvided", dimensions: 2 } }, { other: { source: "guess" } }],
    "shelf",
  ),
  ForeignKeys: callsOf(
    "ForeignKeys",
    [[{ foreignIndexUid: EVERYWHERE, fieldName: "neighbour" }], "movies"],
    EVERYWHERE,
  ),
  Chat: [
    (client) => client.index("movies").getChat(),
    (client) => finished(client.index("movies").updateChat({ description: "films" })),
    (client) => client.index("movies").getChat(),
  ],
};
