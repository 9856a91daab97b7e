import type * as official from "meilisearch";
import { describe, expectTypeOf, it } from "vitest";
import * as miroir from "../../src/index.ts";

interface Movie {
  id: number;
  title: string;
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

  it("tells what an answer stands on", () => {
    expectTypeOf(miroir.metaOf).returns.toEqualTypeOf<miroir.Meta | undefined>();
    expectTypeOf<miroir.Meta["coverage"]>().toEqualTypeOf<miroir.Coverage | undefined>();
    expectTypeOf<miroir.MiroirError["code"]>().toEqualTypeOf<miroir.MiroirErrorCode>();
  });
});
