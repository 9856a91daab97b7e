import { copiesOf } from "../cluster/copies.ts";
import { topologyOf } from "../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, JsonObject } from "../core/types.ts";
import { mergeGlobalStats, mergeIndexStats } from "../merge/stats.ts";
import { shardFilter } from "../routing/reserved.ts";
import { allNodesMeta, askAllNodes } from "./ask-all.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { layoutOf } from "./layout.ts";
import { allShards, readShards, requireCoverage } from "./read.ts";
import type { RouteHandler } from "./route.ts";
import { notSupported, refuseMissingIndex } from "./verbatim.ts";

/** Said when counts stand on fewer copies than there are. */
const ESTIMATED = "A node is down, so field counts and sizes are estimated from the others.";

/** `GET indexes/:uid/stats`: every document counted once, whatever the number of replicas. */
export const indexStatsRoute: RouteHandler = {
  routes: [{ method: "GET", path: "indexes/:uid/stats" }],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    const cluster = await context.cluster();
    const row = await cluster.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(cluster, request, { uid, call: context.call });
    const index = physicalUid(row);
    const own = { ...request, path: `indexes/${index}/stats` };
    const answers = await askAllNodes(cluster, withRawSizes(own), context.call);
    if (answers.refusal !== undefined) return { status: answers.refusal.status, body: answers.refusal.body };
    const isEstimate = answers.failures.length > 0 || cluster.debts.ledger.list().some((debt) => debt.index === index);
    const owners = layoutOf(cluster, row);
    const body = mergeIndexStats(answers.parts, { copies: copiesAmong(owners, answers.nodes.length) });
    body["numberOfDocuments"] = await countDocuments(owners, { request, index, call: context.call });
    return { status: 200, body, meta: allNodesMeta(answers, isEstimate ? [ESTIMATED] : []) };
  },
};

/** `GET stats` */
export const statsRoute: RouteHandler = {
  routes: [{ method: "GET", path: "stats" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    if (request.params["sizeFormat"] === "human") {
      throw notSupported("`sizeFormat=human`", "Ask for the sizes in bytes.");
    }
    const rows = await cluster.registry.list();
    const answers = await askAllNodes(cluster, request, context.call);
    if (answers.refusal !== undefined) return { status: answers.refusal.status, body: answers.refusal.body };
    const logicalByPhysical = new Map(rows.map((row) => [physicalUid(row), row.uid]));
    const rowsByUid = new Map(rows.map((row) => [row.uid, row]));
    const ownersOf = (uid: string) => topologyOf(rowsByUid.get(uid) ?? {}, cluster.topology);
    const body = mergeGlobalStats(answers.parts, {
      copiesOf: (uid) => copiesAmong({ topology: ownersOf(uid) }, answers.nodes.length),
      logicalUid: (physical) => logicalByPhysical.get(physical),
    });
    await countEach(cluster, body, {
      request,
      call: context.call,
      rowsByUid,
    });
    const isEstimate = answers.failures.length > 0 || cluster.debts.ledger.list().length > 0;
    return { status: 200, body, meta: allNodesMeta(answers, isEstimate ? [ESTIMATED] : []) };
  },
};

/** Sizes given as text cannot be added up. */
function withRawSizes(request: ClusterRequest): ClusterRequest {
  const { sizeFormat: _, ...params } = request.params;
  return { ...request, params };
}

/** Copies of a document among the nodes that answered; not whole while a node is down. */
function copiesAmong({ topology }: Pick<Cluster, "topology">, answered: number): number {
  return (copiesOf(topology) * answered) / topology.nodes.length;
}

async function countEach(
  cluster: Cluster,
  body: JsonObject,
  count: {
    readonly request: ClusterRequest;
    readonly call: CallOptions;
    readonly rowsByUid: ReadonlyMap<string, IndexRow>;
  },
): Promise<void> {
  const indexes = body["indexes"] as Record<string, JsonObject>;
  await Promise.all(
    Object.entries(indexes).map(async ([uid, stats]) => {
      const row = count.rowsByUid.get(uid);
      if (row === undefined) return;
      const owners = { ...cluster, topology: topologyOf(row, cluster.topology) };
      const { request, call } = count;
      stats["numberOfDocuments"] = await countDocuments(owners, { request, index: physicalUid(row), call });
    }),
  );
}

/** Documents of one replica of every shard, counted by the nodes; asked with the operator's key, as stats rights do not include documents. */
async function countDocuments(
  cluster: Cluster,
  { request, index, call }: { readonly request: ClusterRequest; readonly index: string; readonly call: CallOptions },
): Promise<number> {
  const result = await readShards(cluster, {
    operation: "stats",
    ...{ index, call, signal: request.signal, shards: allShards(cluster) },
    request: (node, shards) => ({
      ...{ node, method: "POST", path: `indexes/${index}/documents/fetch` },
      body: JSON.stringify({ limit: 0, filter: shardFilter(cluster.topology.shards, shards) }),
      ...cluster.operator.credentials,
    }),
  });
  requireCoverage(result, false);
  return result.parts.reduce((sum, part) => sum + (part.response.body as { total: number }).total, 0);
}
