/**
 * An Express application before and after the move from one server to three: one import and the list of servers change.
 * Runs both, asks both the same, kills a server behind the second and asks again: `npx tsx examples/express-search/main.ts`.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import express from "express";
// before:
import { Meilisearch as OneServer } from "meilisearch";
// after:
import { Meilisearch } from "../../src/index.ts";
import { startTestCluster, type TestCluster } from "../../src/testing/index.ts";

/** The application. It does not know which of the two clients it was given. */
function searchApp(client: OneServer): express.Express {
  const movies = client.index("movies");
  const app = express();
  app.put("/movies", express.json(), async (request, response) => {
    const task = await movies.addDocuments(request.body).waitTask();
    response.status(task.status === "succeeded" ? 200 : 422).json({ status: task.status });
  });
  app.get("/search", async (request, response) => {
    const { q = "", genre } = request.query;
    const filter = genre === undefined ? [] : [`genre = ${JSON.stringify(genre)}`];
    const found = await movies.search(String(q), { filter, sort: ["title:asc"], facets: ["genre"], limit: 3 });
    response.json({ movies: found.hits, total: found.estimatedTotalHits, genres: found.facetDistribution?.genre });
  });
  return app;
}

/** before: one server */
const before = (server: TestCluster) =>
  new OneServer({ host: server.nodes[0]?.url ?? "", apiKey: server.masterKey ?? "" });

/** after: three servers, every document on two of them */
const after = (servers: TestCluster) =>
  new Meilisearch({ nodes: servers.nodes.map(({ id, url }) => ({ id, url })), apiKey: servers.masterKey ?? "" });

const MOVIES = [
  { id: 1, title: "Carol", genre: "Drama" },
  { id: 2, title: "Wonder Woman", genre: "Action" },
  { id: 3, title: "Life of Pi", genre: "Adventure" },
  { id: 4, title: "Mad Max: Fury Road", genre: "Action" },
  { id: 5, title: "Moonrise Kingdom", genre: "Comedy" },
  { id: 6, title: "The Life Aquatic", genre: "Comedy" },
];

const QUERIES = ["/search?q=aqautic", "/search?genre=Action", "/search?q=wonder+wmoan", "/search"];

async function listen(app: express.Express): Promise<{ server: Server; address: string }> {
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function ask(address: string, path: string): Promise<unknown> {
  const response = await fetch(`${address}${path}`);
  return { status: response.status, body: await response.json() };
}

await using one = await startTestCluster({ nodes: 1 });
await using three = await startTestCluster({ nodes: 3 });
await using cluster = after(three);
const single = before(one);
const apps = await Promise.all([single, cluster].map((client) => listen(searchApp(client))));
for (const client of [single, cluster]) {
  await client.createIndex("movies", { primaryKey: "id" }).waitTask();
  const settings = { filterableAttributes: ["genre"], sortableAttributes: ["title"] };
  await client.index("movies").updateSettings(settings).waitTask();
}
for (const { address } of apps) {
  const init = { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(MOVIES) };
  await fetch(`${address}/movies`, init);
}
const [oneServer, threeServers] = apps.map(({ address }) => address);

/** Asks both applications the same. */
async function compare(title: string): Promise<void> {
  for (const path of QUERIES) {
    const [expected, given] = await Promise.all([ask(oneServer ?? "", path), ask(threeServers ?? "", path)]);
    const isSame = isDeepStrictEqual(given, expected);
    if (!isSame) process.exitCode = 1;
    console.log(`${title}: ${path.padEnd(24)} ${isSame ? "same answer" : "another answer"} ${JSON.stringify(given)}`);
  }
}

await compare("three servers");
await three.nodes[2]?.kill();
await compare("one of them killed");
for (const { server } of apps) server.close();
