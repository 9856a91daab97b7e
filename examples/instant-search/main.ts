/**
 * The search client of an InstantSearch page before and after the move from one server to three: it keeps making its own
 * official client, whose requests now go to the cluster. Asks both what a page asks, kills a server behind the second and
 * asks again: `npx tsx examples/instant-search/main.ts`.
 */
import { isDeepStrictEqual } from "node:util";
import { instantMeiliSearch } from "@meilisearch/instant-meilisearch";
import { Meilisearch as OneServer } from "meilisearch";
import { Meilisearch } from "../../src/index.ts";
import { startTestCluster } from "../../src/testing/index.ts";
import { throughClient } from "./through-client.ts";

/** What InstantSearch asks of a search client. */
interface SearchClient {
  clearCache(): void;
  search(requests: readonly object[]): Promise<{ results: { hits: object[]; nbHits: number }[] }>;
  searchForFacetValues(requests: readonly object[]): Promise<{ facetHits: object[] }[]>;
}

const MOVIES = [
  { id: 1, title: "Carol", genre: "Drama", year: 2015 },
  { id: 2, title: "Wonder Woman", genre: "Action", year: 2017 },
  { id: 3, title: "Life of Pi", genre: "Adventure", year: 2012 },
  { id: 4, title: "Mad Max: Fury Road", genre: "Action", year: 2016 },
  { id: 5, title: "Moonrise Kingdom", genre: "Comedy", year: 2013 },
  { id: 6, title: "The Life Aquatic", genre: "Comedy", year: 2004 },
];

const SETTINGS = {
  filterableAttributes: ["genre", "year"],
  sortableAttributes: ["year"],
  rankingRules: ["words", "typo", "proximity", "attribute", "sort", "exactness", "year:desc"],
};

/** One page's questions: what the widgets of InstantSearch send when a visitor types, refines, sorts and turns pages. */
const QUESTIONS: Readonly<Record<string, (client: SearchClient) => Promise<unknown>>> = {
  "an empty box": (client) => client.search([page({ query: "", facets: ["genre", "year"] })]),
  "a misspelt word": (client) => client.search([page({ query: "aqautic", attributesToSnippet: ["title:2"] })]),
  "two genres, with the counts of the others": (client) =>
    client.search([
      page({ query: "", facets: ["genre"], facetFilters: [["genre:Action", "genre:Comedy"]] }),
      page({ query: "", facets: ["genre"], hitsPerPage: 0 }),
    ]),
  "a range of years, oldest first, second page": (client) =>
    client.search([{ ...page({ query: "", numericFilters: ["year>=2005"], page: 1 }), indexName: "movies:year:asc" }]),
  "a search among genres": (client) =>
    client.searchForFacetValues([page({ query: "", facetName: "genre", facetQuery: "a" })]),
};

function page(params: object): object {
  return { indexName: "movies", params: { hitsPerPage: 3, page: 0, ...params } };
}

await using one = await startTestCluster({ nodes: 1 });
await using three = await startTestCluster({ nodes: 3 });
const host = one.nodes[0]?.url ?? "";
const apiKey = three.masterKey ?? "";
const single = new OneServer({ host, apiKey });
await using cluster = new Meilisearch({ nodes: three.nodes.map(({ id, url }) => ({ id, url })), apiKey });
for (const client of [single, cluster]) {
  await client.createIndex("movies", { primaryKey: "id" }).waitTask();
  await client.index("movies").updateSettings(SETTINGS).waitTask();
  await client.index("movies").addDocuments(MOVIES).waitTask();
}

const options = { primaryKey: "id", finitePagination: true };
// before: one server
const before: SearchClient = instantMeiliSearch(host, apiKey, options).searchClient;
// after: three servers, every document on two of them; the host is only a name
const after: SearchClient = instantMeiliSearch("http://cluster", apiKey, {
  ...options,
  httpClient: throughClient(cluster),
}).searchClient;

/** Asks both search clients the same. */
async function compare(title: string): Promise<void> {
  for (const client of [before, after]) client.clearCache();
  for (const [question, ask] of Object.entries(QUESTIONS)) {
    const [expected, given] = (await Promise.all([ask(before), ask(after)])).map(withoutDuration);
    const isSame = isDeepStrictEqual(given, expected);
    if (!isSame) process.exitCode = 1;
    console.log(`${title}: ${question}: ${isSame ? "same answer" : "another answer"} ${JSON.stringify(given)}`);
  }
}

function withoutDuration(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (name, value) => (name === "processingTimeMS" ? undefined : value)));
}

await compare("three servers");
await three.nodes[2]?.kill();
await compare("one of them killed");
