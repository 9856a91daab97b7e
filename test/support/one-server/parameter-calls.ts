import type { SearchParams } from "meilisearch";
import type { Call } from "./pair.ts";

const VECTOR = { vector: [0.9, 0.4, 0.3], hybrid: { embedder: "mine", semanticRatio: 1 } };
const FORMATTED = { attributesToHighlight: ["title"], attributesToCrop: ["overview"], cropLength: 3 };

/** Searches that show what each parameter does which is exact; `q` is the word searched for. */
const SEARCHES: Readonly<Record<string, readonly (SearchParams & { readonly q?: string | null })[]>> = {
  q: [{ q: "life" }, { q: "serius man" }, { q: '"mad max" -road' }, { q: "aqua" }, { q: null }, { q: "nothing here" }],
  offset: [{ offset: 3, limit: 4 }, { offset: 39 }, { offset: 100 }],
  limit: [{ limit: 2 }, { limit: 0 }, { limit: 1000 }],
  filter: [{ filter: "genre = drama AND year > 1970" }, { filter: [["genre = drama", "year = 1960"], "id != 3"] }],
  sort: [{ sort: ["year:asc"] }, { sort: ["id:desc"], limit: 7, offset: 7 }],
  attributesToRetrieve: [{ attributesToRetrieve: ["title", "author.name"] }, { attributesToRetrieve: [] }],
  attributesToHighlight: [{ attributesToHighlight: ["*"] }, { attributesToHighlight: ["title"] }],
  highlightPreTag: [{ ...FORMATTED, highlightPreTag: "<b>" }],
  highlightPostTag: [{ ...FORMATTED, highlightPostTag: "</b>" }],
  attributesToCrop: [{ attributesToCrop: ["overview:2", "title"] }],
  cropLength: [{ ...FORMATTED, cropLength: 5 }],
  cropMarker: [{ ...FORMATTED, cropMarker: "~" }],
  showMatchesPosition: [{ showMatchesPosition: true }],
  hitsPerPage: [{ hitsPerPage: 3 }, { hitsPerPage: 0 }],
  page: [
    { page: 2, hitsPerPage: 5 },
    { page: 99, hitsPerPage: 5 },
  ],
  vector: [VECTOR, { ...VECTOR, filter: "genre = drama", offset: 2, limit: 5 }],
  attributesToSearchOn: [{ attributesToSearchOn: ["overview"] }],
  retrieveVectors: [{ retrieveVectors: true, limit: 5 }],
  locales: [{ locales: ["eng"] }],
};

/** What a server says to fields of facet searches in a search. */
const FACET_FIELDS: readonly string[] = ["facetName", "facetQuery"];

function callsOf(searches: readonly (SearchParams & { readonly q?: string | null })[]): readonly Call[] {
  return searches.flatMap(({ q = "life", ...options }): Call[] => [
    (client) => client.index("movies").search(q, options),
    (client) => client.index("movies").searchGet(q, getOptions(options)),
  ]);
}

/** In a query string the vector and its embedder have names of their own. */
function getOptions({ hybrid, ...options }: SearchParams): SearchParams {
  return { ...options, ...(hybrid && { hybridEmbedder: hybrid.embedder, hybridSemanticRatio: hybrid.semanticRatio }) };
}

/** What is searched for each search parameter that is exact, by POST and by GET. */
export const PARAMETER_CALLS: Readonly<Record<string, readonly Call[]>> = {
  ...Object.fromEntries(Object.entries(SEARCHES).map(([name, searches]) => [name, callsOf(searches)])),
  ...Object.fromEntries(
    FACET_FIELDS.map((name) => [
      name,
      [
        (client) => client.index("movies").searchForFacetValues({ facetName: "genre", [name]: "genre" }),
        (client) => client.index("movies").search("", { [name]: "genre" }),
      ] satisfies Call[],
    ]),
  ),
};
