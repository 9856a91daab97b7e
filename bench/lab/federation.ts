import { Meilisearch } from "meilisearch";
import type { TestCluster } from "../../src/testing/index.ts";
import { makeDocuments } from "../corpus.ts";

const WAIT = { timeout: 120_000, interval: 20 };

const joined = new WeakMap<TestCluster, Promise<readonly string[]>>();

/**
 * Spreads the documents evenly over servers that know nothing of miroir, and tells the first how to reach the others.
 * Answers the names under which it does.
 * @throws Error when the servers do not take part in a federation
 */
export function joinFederation(cluster: TestCluster, documents: number): Promise<readonly string[]> {
  const known = joined.get(cluster) ?? join(cluster, documents);
  joined.set(cluster, known);
  return known;
}

async function join({ nodes, masterKey }: TestCluster, documents: number): Promise<readonly string[]> {
  const clients = nodes.map(({ url }) => new Meilisearch({ host: url, ...(masterKey && { apiKey: masterKey }) }));
  const [first] = clients;
  if (first === undefined) throw new Error("a federation needs servers");
  await first.httpRequest.patch({ path: "experimental-features", body: { network: true } });
  const remotes = nodes.map(({ id, url }) => [id, { url, searchApiKey: masterKey }] as const);
  const network = { self: nodes[0]?.id, remotes: Object.fromEntries(remotes) };
  await first.httpRequest.patch({ path: "network", body: network });
  const all = makeDocuments(documents);
  for (const [position, client] of clients.entries()) {
    await client.createIndex("bench", { primaryKey: "id" }).waitTask(WAIT);
    const own = all.filter((_, id) => id % clients.length === position);
    const task = await client.index("bench").addDocuments(own).waitTask(WAIT);
    if (task.status !== "succeeded") throw new Error(`indexing ended as ${task.status}: ${task.error?.message}`);
  }
  const names = nodes.map(({ id }) => id);
  await first.multiSearch({
    federation: {},
    queries: names.map((remote) => ({ indexUid: "bench", q: "", federationOptions: { remote } })),
  });
  return names;
}
