import type { Meilisearch } from "meilisearch";
import type { Call } from "./pair.ts";
import { allWritten, documentsOf, finished, written } from "./views.ts";

const movies = (client: Meilisearch) => client.index("movies");

/** Documents opt out of the embedder, whose vectors would have to be given. */
const _vectors = { mine: null };
const ONE = { id: 7, title: "Carol", genre: "drama", _vectors };
const TWO = { id: 107, title: "Wonder Woman", year: 2017, _vectors };
const FIVE = Array.from({ length: 5 }, (_, position) => ({
  id: 38 + position,
  title: `Another ${position}`,
  _vectors,
}));

/** The same search in both of its forms. */
function searches(ask: "search" | "searchGet"): readonly Call[] {
  return [
    (client) => movies(client)[ask]("life", { limit: 7 }),
    (client) =>
      movies(client)[ask](null, { filter: "genre = drama", facets: ["genre", "year"], page: 2, hitsPerPage: 4 }),
    (client) => movies(client)[ask]("serious man", { sort: ["year:asc"], attributesToHighlight: ["title"] }),
    (client) => movies(client)[ask]("", { filter: "title = x" }),
    (client) => movies(client)[ask]("", { limit: -1 }),
    (client) => client.index("nothing")[ask](""),
  ];
}

/** What is called of each method of an index that is exact, but for those of single settings. */
export const INDEX_CALLS: Readonly<Record<string, readonly Call[]>> = {
  search: searches("search"),
  searchGet: searches("searchGet"),
  searchForFacetValues: [
    (client) => movies(client).searchForFacetValues({ facetName: "genre", facetQuery: "d" }),
    (client) => movies(client).searchForFacetValues({ facetName: "genre", q: "life", filter: "year > 1970" }),
    (client) => movies(client).searchForFacetValues({ facetName: "title" }),
    (client) => movies(client).searchForFacetValues({} as never),
  ],
  searchSimilarDocuments: [
    (client) => movies(client).searchSimilarDocuments({ id: 11, embedder: "mine", limit: 6 }),
    (client) => movies(client).searchSimilarDocuments({ id: 11, embedder: "mine", filter: "genre = drama", offset: 2 }),
    (client) => movies(client).searchSimilarDocuments({ id: 999, embedder: "mine" }),
    (client) => movies(client).searchSimilarDocuments({ id: 11, embedder: "nobody" }),
  ],
  getRawInfo: [(client) => movies(client).getRawInfo(), (client) => client.index("nothing").getRawInfo()],
  fetchInfo: [(client) => movies(client).fetchInfo()],
  fetchPrimaryKey: [
    (client) => movies(client).fetchPrimaryKey(),
    (client) => client.index("nothing").fetchPrimaryKey(),
  ],
  update: [
    (client) => finished(client.index("shelf").update({ primaryKey: "ean" })),
    (client) => client.index("shelf").fetchPrimaryKey(),
  ],
  delete: [(client) => finished(movies(client).delete()), (client) => movies(client).getRawInfo()],
  getDocuments: [
    (client) => movies(client).getDocuments({ sort: ["year:desc"], offset: 5, limit: 9, fields: ["id", "year"] }),
    (client) => movies(client).getDocuments({ sort: ["id:asc"], filter: ["genre = drama"], retrieveVectors: true }),
    (client) => movies(client).getDocuments({ sort: ["id:asc"], ids: [4, 2, 99] as never }),
    (client) => movies(client).getDocuments({ limit: 0 }),
    (client) => movies(client).getDocuments({ filter: "title = x" }),
    documentsOf,
  ],
  getDocument: [
    (client) => movies(client).getDocument(7),
    (client) => movies(client).getDocument("7", { fields: ["title"], retrieveVectors: true } as never),
    (client) => movies(client).getDocument(999),
    (client) => movies(client).getDocument("not an id"),
  ],
  addDocuments: [
    (client) => written(client, movies(client).addDocuments([ONE, TWO, { ...ONE, title: "Carol again" }])),
    (client) => written(client, movies(client).addDocuments([{ title: "no id" }])),
    (client) => written(client, movies(client).addDocuments([{ id: "not an id" }])),
    (client) =>
      written(client, movies(client).addDocuments([{ id: 1000, _vectors }, ONE], { skipCreation: true } as never)),
    (client) => written(client, client.index("fresh").addDocuments([{ isbn: 1 }], { primaryKey: "isbn" }), "fresh"),
  ],
  addDocumentsFromString: [
    (client) => written(client, movies(client).addDocumentsFromString(JSON.stringify([ONE, TWO]), "application/json")),
    (client) => {
      const lines = `${JSON.stringify(ONE)}\n${JSON.stringify(TWO)}`;
      return written(client, movies(client).addDocumentsFromString(lines, "application/x-ndjson"));
    },
    (client) => {
      const table = 'id;title;year:number\n8;"A; B";2001\n200;C;';
      return written(
        client,
        client.index("shelf").addDocumentsFromString(table, "text/csv", { csvDelimiter: ";", primaryKey: "id" }),
        "shelf",
      );
    },
    (client) => written(client, movies(client).addDocumentsFromString("[{", "application/json")),
  ],
  addDocumentsInBatches: [(client) => allWritten(client, movies(client).addDocumentsInBatches(FIVE, 2))],
  updateDocuments: [
    (client) => written(client, movies(client).updateDocuments([{ id: 7, genre: "noir" }, TWO])),
    (client) => written(client, movies(client).updateDocuments([{ genre: "noir" }])),
  ],
  updateDocumentsInBatches: [(client) => allWritten(client, movies(client).updateDocumentsInBatches(FIVE, 2))],
  updateDocumentsFromString: [
    (client) =>
      written(client, movies(client).updateDocumentsFromString('[{"id":7,"genre":"noir"}]', "application/json")),
    (client) => written(client, movies(client).updateDocumentsFromString("id,genre\n8,noir", "text/csv")),
  ],
  deleteDocument: [
    (client) => written(client, movies(client).deleteDocument(7)),
    (client) => written(client, movies(client).deleteDocument(999)),
    (client) => written(client, client.index("nothing").deleteDocument(7)),
  ],
  deleteDocuments: [
    (client) => written(client, movies(client).deleteDocuments(["1", "2", "999"])),
    (client) => written(client, movies(client).deleteDocuments({ filter: "genre = drama AND year < 1980" })),
    (client) => written(client, movies(client).deleteDocuments({ filter: "title = x" })),
  ],
  deleteAllDocuments: [(client) => written(client, movies(client).deleteAllDocuments())],
  updateDocumentsByFunction: [
    (client) =>
      written(client, movies(client).updateDocumentsByFunction({ function: "doc.title = doc.title.to_upper()" })),
    (client) => {
      const edit = { function: "doc.shelf = context.shelf", context: { shelf: "A3" }, filter: "genre = drama" };
      return written(client, movies(client).updateDocumentsByFunction(edit));
    },
    (client) => written(client, movies(client).updateDocumentsByFunction({ function: "doc.", filter: null } as never)),
  ],
  getFields: [
    (client) => movies(client).getFields(),
    (client) => movies(client).getFields({ limit: 2, offset: 1, filter: { searchable: true } }),
    (client) => client.index("nothing").getFields(),
  ],
};
