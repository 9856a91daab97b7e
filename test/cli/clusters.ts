import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { type EmbeddedCluster, MASTER_KEY, startCluster } from "../support/cluster.ts";
import type { ClusterShape } from "../support/cluster-config.ts";

/** Documents of the index that {@link clusterWithMovies} fills. */
export const MOVIES = 200;

/** A founded cluster with an index, and the flags that name it. */
export interface NamedCluster extends EmbeddedCluster {
  readonly flags: readonly string[];
}

/** The flags that name servers, with their key. */
export function flagsFor(urls: readonly string[]): string[] {
  return ["--nodes", urls.join(","), "--key", MASTER_KEY];
}

/** Three nodes, two copies, sixteen shards, and movies in them. */
export async function clusterWithMovies(shape: ClusterShape = {}): Promise<NamedCluster> {
  const cluster = await startCluster(shape);
  const movies = cluster.client.index("movies");
  await movies.updateFilterableAttributes(["year"]).waitTask();
  const documents = Array.from({ length: MOVIES }, (_, id) => ({ id, title: `movie ${id}`, year: 1900 + (id % 100) }));
  await movies.addDocuments(documents).waitTask();
  return { ...cluster, flags: flagsFor(cluster.nodes.map(({ url }) => url)) };
}

/** Stands before a server and says that it runs another version. */
export async function serverOfVersion(url: string, pkgVersion: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const { method = "GET", headers } = request;
    const body = await text(request);
    const kept = { authorization: headers.authorization ?? "", "content-type": headers["content-type"] ?? "" };
    const answer = await fetch(`${url}${request.url}`, { method, headers: kept, ...(body === "" ? {} : { body }) });
    const own = await answer.text();
    const isVersion = request.url === "/version" && answer.status === 200;
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(isVersion ? JSON.stringify({ ...JSON.parse(own), pkgVersion }) : own);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
