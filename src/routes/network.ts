import type { JsonObject } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";
import type { RouteHandler } from "./route.ts";
import { askOneNode } from "./verbatim.ts";

/**
 * `GET network`: the cluster in the server's shape, to be read and not changed. As on one server the `network` feature must
 * be on.
 */
export const networkRoute: RouteHandler = {
  routes: [{ method: "GET", path: "network" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const judged = await askOneNode(cluster, request, context.call);
    if (judged.status >= 400) return { status: judged.status, body: judged.body };
    return { status: 200, body: pictureOf(cluster) };
  },
};

/** Keys are not shown: nodes are asked with the caller's. */
function pictureOf({ topology, health }: Cluster): JsonObject {
  const remotes = topology.nodes.map(({ id, url }): [string, JsonObject] => [
    id,
    { url, searchApiKey: null, writeApiKey: null, status: health.isSuspect(id) ? "unavailable" : "available" },
  ]);
  const shards = Array.from({ length: topology.shards }, (_, shard): [string, JsonObject] => [
    `shard-${shard}`,
    { remotes: topology.groups.flatMap(({ table }) => table[shard] ?? []) },
  ]);
  return {
    self: null,
    remotes: Object.fromEntries(remotes),
    shards: Object.fromEntries(shards),
    leader: null,
    version: topology.clusterId,
  };
}
