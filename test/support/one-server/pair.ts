import { Meilisearch } from "meilisearch";
import { clientsOver, configOf, MASTER_KEY, startNodes } from "../cluster.ts";

/** Index whose every document is on every node of the cluster. */
export const EVERYWHERE = "countries";

/** What is asked of both clients. */
export type Call = (client: Meilisearch) => Promise<unknown>;

/** A cluster of three nodes and one server, with the same history. */
export interface Pair {
  readonly cluster: Meilisearch;
  readonly alone: Meilisearch;
}

const TITLES = ["The Life Aquatic", "Life of Pi", "Mad Max Fury Road", "Moonrise Kingdom", "A Serious Man"];
const GENRES = ["comedy", "drama", "action"];

/** Every year is another, so that the last ranking rule leaves no ties; every vector is as well. */
const MOVIES = Array.from({ length: 40 }, (_, id) => ({
  id,
  title: `${TITLES[id % TITLES.length]} ${id}`,
  genre: GENRES[id % GENRES.length] ?? "",
  overview: `A film about ${TITLES[(id + 2) % TITLES.length]?.toLowerCase()} and nothing else`,
  year: 1960 + ((id * 7) % 40),
  author: { name: `Mara ${id % 4}` },
  _vectors: { mine: [Math.cos(id ** 1.5 / 200), Math.sin(id ** 1.5 / 200), 0.3] },
}));

const SETTINGS = {
  searchableAttributes: ["title", "overview"],
  filterableAttributes: ["genre", "year", "author.name"],
  sortableAttributes: ["year", "id"],
  rankingRules: ["words", "typo", "proximity", "attribute", "sort", "exactness", "year:desc"],
  embedders: { mine: { source: "userProvided" as const, dimensions: 3 } },
};

const FEATURES = { editDocumentsByFunction: true, foreignKeys: true } as const;

async function fill(client: Meilisearch): Promise<void> {
  await client.updateExperimentalFeatures(FEATURES);
  const movies = client.index("movies");
  await client.createIndex("movies", { primaryKey: "id" }).waitTask();
  await movies.updateSettings(SETTINGS).waitTask();
  const { error } = await movies.addDocuments([...MOVIES]).waitTask();
  if (error !== null) throw new Error(error.message);
  await client.createIndex("shelf", { primaryKey: "isbn" }).waitTask();
  await client.createIndex(EVERYWHERE, { primaryKey: "id" }).waitTask();
}

/** Starts a cluster with two copies of each document, and one server, and fills both alike; they end with the test. */
export async function startPair(): Promise<Pair> {
  const [whole, ...members] = await startNodes(4);
  const settings = { replicateEverywhere: [EVERYWHERE] };
  const urls = members.map(({ url }) => url);
  const { client: cluster } = clientsOver(configOf(urls, { replicationFactor: 2, settings }));
  const waiting = { defaultWaitOptions: { interval: 5 } };
  const alone = new Meilisearch({ host: whole?.url ?? "", apiKey: MASTER_KEY, ...waiting });
  await Promise.all([fill(cluster), fill(alone)]);
  return { cluster, alone };
}
