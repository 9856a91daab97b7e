import * as official from "meilisearch";
import { describe, expectTypeOf, it } from "vitest";
import * as miroir from "../../src/index.ts";

interface Movie {
  id: number;
  title: string;
}

/** Calls whose types say what documents are. */
function callsOf(client: miroir.Meilisearch) {
  const movies = client.index<Movie>("movies");
  const queries = [{ indexUid: "movies", q: "x" }];
  return {
    documents: () => movies.getDocuments(),
    document: () => movies.getDocument(1),
    searchAs: () => client.index("movies").search<Movie>("x"),
    page: () => movies.search("x", { page: 1, hitsPerPage: 2 }),
    several: () => client.multiSearch<official.MultiSearchParams, Movie>({ queries }),
    federated: () => client.multiSearch<official.FederatedMultiSearchParams, Movie>({ federation: {}, queries }),
    add: (documents: Movie[]) => movies.addDocuments(documents),
    addInBatches: (documents: Movie[]) => movies.addDocumentsInBatches(documents, 2),
  };
}

describe("miroir's types stand in for the official client's", () => {
  it("lets a MiroirClient be used wherever a Meilisearch is wanted", () => {
    expectTypeOf<miroir.MiroirClient>().toExtend<official.Meilisearch>();
    expectTypeOf<miroir.Meilisearch>().toEqualTypeOf<miroir.MiroirClient>();
    expectTypeOf<miroir.MiroirIndex<Movie>>().toExtend<official.Index<Movie>>();
    expectTypeOf<miroir.MiroirError>().toExtend<official.MeilisearchApiError>();
  });

  it("exports every name that the official package exports", () => {
    expectTypeOf<Exclude<keyof typeof official, keyof typeof miroir>>().toBeNever();
    expectTypeOf<miroir.SearchParams>().toEqualTypeOf<official.SearchParams>();
    expectTypeOf<miroir.EnqueuedTaskPromise>().toEqualTypeOf<official.EnqueuedTaskPromise>();
    expectTypeOf<miroir.Settings>().toEqualTypeOf<official.Settings>();
  });

  it("is constructed with a host, with nodes, or with a topology", () => {
    expectTypeOf<{ host: string; apiKey: string }>().toExtend<miroir.MiroirConfig>();
    expectTypeOf<{ nodes: string[]; replicationFactor: number; shards: number }>().toExtend<miroir.MiroirConfig>();
    expectTypeOf<{ topology: "file:./miroir.json" }>().toExtend<miroir.MiroirConfig>();
    expectTypeOf<{ shards: number }>().not.toExtend<miroir.MiroirConfig>();
    expectTypeOf(miroir.Meilisearch).toBeConstructibleWith({
      nodes: ["http://10.0.0.1:7700"],
      writeConsistency: "all",
    });
  });

  it("keeps the types of documents through indexes, searches and views", () => {
    const search = (client: miroir.Meilisearch) => client.index<Movie>("movies").search("x");
    expectTypeOf<Awaited<ReturnType<typeof search>>["hits"][number]["title"]>().toEqualTypeOf<string>();
    const view = (client: miroir.Meilisearch) => client.with({ preference: "user 7", partial: false });
    expectTypeOf<ReturnType<typeof view>>().toEqualTypeOf<miroir.MiroirClient>();
    const get = (client: miroir.Meilisearch) => client.getIndex<Movie>("movies");
    expectTypeOf<Awaited<ReturnType<typeof get>>>().toEqualTypeOf<miroir.MiroirIndex<Movie>>();
  });

  it("keeps the types of documents through every kind of call, and those of what is enqueued", () => {
    type Calls = ReturnType<typeof callsOf>;
    expectTypeOf<Awaited<ReturnType<Calls["documents"]>>["results"]>().toEqualTypeOf<Movie[]>();
    expectTypeOf<Awaited<ReturnType<Calls["document"]>>>().toEqualTypeOf<Movie>();
    type Found = Awaited<ReturnType<Calls["searchAs"]>>;
    expectTypeOf<Found["hits"][number]["title"]>().toEqualTypeOf<string>();
    expectTypeOf<Found["hits"][number]["_formatted"]>().toEqualTypeOf<Partial<Movie> | undefined>();
    type Page = Awaited<ReturnType<Calls["page"]>>;
    expectTypeOf<Page["totalPages"]>().toEqualTypeOf<number>();
    expectTypeOf<
      Awaited<ReturnType<Calls["several"]>>["results"][number]["hits"][number]["title"]
    >().toEqualTypeOf<string>();
    expectTypeOf<Awaited<ReturnType<Calls["federated"]>>["hits"][number]["_federation"]>().toEqualTypeOf<
      official.FederationDetails | undefined
    >();
    expectTypeOf<Calls["add"]>().returns.toEqualTypeOf<official.EnqueuedTaskPromise>();
    expectTypeOf<ReturnType<ReturnType<Calls["add"]>["waitTask"]>>().resolves.toEqualTypeOf<official.Task>();
    expectTypeOf<ReturnType<Calls["addInBatches"]>>().toEqualTypeOf<official.EnqueuedTaskPromise[]>();
  });

  it("refuses documents, fields and parameters of other types, as the official client does", () => {
    const movies = (client: miroir.Meilisearch) => client.index<Movie>("movies");
    type Movies = ReturnType<typeof movies>;
    expectTypeOf<{ id: number }[]>().not.toExtend<Parameters<Movies["addDocuments"]>[0]>();
    expectTypeOf<{ id: number }[]>().toExtend<Parameters<Movies["updateDocuments"]>[0]>();
    expectTypeOf<{ fields: "id"[] }>().toExtend<NonNullable<Parameters<Movies["getDocument"]>[1]>>();
    expectTypeOf<{ fields: "year"[] }>().not.toExtend<NonNullable<Parameters<Movies["getDocument"]>[1]>>();
    expectTypeOf<{ matchingStrategy: "most" }>().not.toExtend<miroir.SearchParams>();
  });

  it("lets errors be told apart by the official classes", () => {
    const codeOf = (error: unknown) => {
      if (error instanceof miroir.MiroirError) return error.code;
      if (error instanceof official.MeilisearchApiError) return error.cause?.code;
      if (error instanceof miroir.MeilisearchTaskTimeOutError) return error.cause.taskUid;
      return undefined;
    };
    expectTypeOf(codeOf).returns.toEqualTypeOf<string | number | undefined>();
    expectTypeOf<typeof miroir.MeilisearchApiError>().toEqualTypeOf<typeof official.MeilisearchApiError>();
    expectTypeOf<typeof miroir.MeilisearchRequestError>().toEqualTypeOf<typeof official.MeilisearchRequestError>();
    expectTypeOf<typeof miroir.MeilisearchTaskTimeOutError>().toEqualTypeOf<
      typeof official.MeilisearchTaskTimeOutError
    >();
  });

  it("tells what an answer stands on", () => {
    expectTypeOf(miroir.metaOf).returns.toEqualTypeOf<miroir.Meta | undefined>();
    expectTypeOf<miroir.Meta["coverage"]>().toEqualTypeOf<miroir.Coverage | undefined>();
    expectTypeOf<miroir.MiroirError["code"]>().toEqualTypeOf<miroir.MiroirErrorCode>();
  });
});
