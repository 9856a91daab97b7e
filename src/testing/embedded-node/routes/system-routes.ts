import type { JsonObject } from "../../../core/types.ts";
import { ok } from "../http/message.ts";
import { readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { indexStats } from "../indexes/index-stats.ts";
import { checkIndexUid } from "../indexes/index-uid.ts";
import { queryBoolean } from "../validation/query-readers.ts";
import { object, oneOf } from "../validation/readers.ts";

/** Version of the server whose answers the embedded node gives. */
const SERVER_VERSION = "1.50.0";

const readStatsQuery = object<{ showInternalDatabaseSizes?: boolean; sizeFormat?: "raw" | "human" }>({
  showInternalDatabaseSizes: { read: queryBoolean, code: "invalid_stats_show_internal_database_sizes" },
  sizeFormat: { read: oneOf(["human", "raw"]), code: "invalid_stats_size_format" },
});

/** Health, version, the root and statistics. */
export const systemRoutes: readonly Route[] = [
  { method: "GET", path: "/", action: null, handle: () => ok({ status: "Meilisearch is running" }) },
  { method: "GET", path: "/health", action: null, handle: () => ok({ status: "available" }) },
  {
    method: "GET",
    path: "/version",
    action: "version",
    handle: () => ok({ commitSha: "embedded", commitDate: "embedded", pkgVersion: SERVER_VERSION }),
  },
  { method: "GET", path: "/stats", action: "stats.get", handle: (context) => ok(allStats(context)) },
  { method: "GET", path: "/indexes/:indexUid/stats", action: "stats.get", handle: (context) => ok(oneStats(context)) },
];

function allStats({ node, request, access }: RouteContext): JsonObject {
  const { sizeFormat } = readQuery(request, readStatsQuery);
  const allowed = node.indexes().filter((index) => access.isIndexAllowed(index.uid));
  const stats = allowed.map((index) => [index.uid, indexStats(index, node.tasks.isProcessing(index.uid))] as const);
  const bytes = stats.reduce((sum, [, one]) => sum + Number(one["rawDocumentDbSize"]), 0);
  const shownBytes = sizeFormat === "human" ? `${bytes} B` : bytes;
  return {
    databaseSize: shownBytes,
    usedDatabaseSize: shownBytes,
    lastUpdate: node.lastUpdate === null ? null : new Date(node.lastUpdate).toISOString(),
    indexes: Object.fromEntries(stats.map(([uid, one]) => [uid, sizeFormat === "human" ? humanSizes(one) : one])),
  };
}

function oneStats({ node, request, params }: RouteContext): JsonObject {
  const { sizeFormat } = readQuery(request, readStatsQuery);
  const uid = checkIndexUid(params["indexUid"] ?? "");
  const stats = indexStats(node.index(uid), node.tasks.isProcessing(uid));
  return sizeFormat === "human" ? humanSizes(stats) : stats;
}

function humanSizes(stats: JsonObject): JsonObject {
  const { rawDocumentDbSize, avgDocumentSize } = stats;
  return { ...stats, rawDocumentDbSize: `${rawDocumentDbSize} B`, avgDocumentSize: `${avgDocumentSize} B` };
}
