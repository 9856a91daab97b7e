import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import { backupRoute } from "./backups.ts";
import { batchesRoute, batchRoute } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import { compactRoute } from "./compact.ts";
import { documentsDeleteRoute } from "./documents-delete.ts";
import { documentsEditRoute } from "./documents-edit.ts";
import { documentRoute, documentsRoute } from "./documents-read.ts";
import { documentsWriteRoute } from "./documents-write.ts";
import { explainRoute } from "./explain.ts";
import { facetSearchRoute } from "./facet-search.ts";
import { featuresRoute, featuresWriteRoute } from "./features.ts";
import { fieldsRoute } from "./fields.ts";
import { handleKnowing } from "./handle-knowing.ts";
import { indexesRoute, indexRoute, indexWriteRoute } from "./indexes.ts";
import { keyCreationRoute, keyDeletionRoute, keyRoute, keysRoute, keyUpdateRoute } from "./keys.ts";
import { multiSearchRoute } from "./multi-search.ts";
import { networkRoute } from "./network.ts";
import { OwnWrites } from "./own-writes/own-writes.ts";
import { renderTemplateRoute } from "./render-template.ts";
import { matchPath, type RouteContext, type RouteHandler } from "./route.ts";
import { searchRoute } from "./search.ts";
import { searchRuleDeletionRoute, searchRuleRoute, searchRulesRoute, searchRuleWriteRoute } from "./search-rules.ts";
import { settingsReadRoute, settingsWriteRoute } from "./settings.ts";
import { similarRoute } from "./similar.ts";
import { indexStatsRoute, statsRoute } from "./stats.ts";
import { swapRoute } from "./swap.ts";
import { healthRoute, versionRoute } from "./system.ts";
import { taskDocumentsRoute } from "./task-documents.ts";
import { taskRemovalRoute } from "./task-removal.ts";
import { taskRoute, tasksRoute } from "./tasks.ts";
import { explainRefusal } from "./unsupported.ts";
import { notSupported } from "./verbatim.ts";

/** Every route that is served over many nodes. */
const HANDLERS: readonly RouteHandler[] = [
  searchRoute,
  explainRoute,
  facetSearchRoute,
  similarRoute,
  multiSearchRoute,
  documentRoute,
  documentsRoute,
  documentsWriteRoute,
  documentsDeleteRoute,
  documentsEditRoute,
  indexRoute,
  indexesRoute,
  indexWriteRoute,
  swapRoute,
  compactRoute,
  fieldsRoute,
  settingsReadRoute,
  settingsWriteRoute,
  indexStatsRoute,
  statsRoute,
  taskRoute,
  tasksRoute,
  taskDocumentsRoute,
  taskRemovalRoute,
  batchRoute,
  batchesRoute,
  healthRoute,
  versionRoute,
  keysRoute,
  keyRoute,
  keyCreationRoute,
  keyUpdateRoute,
  keyDeletionRoute,
  featuresRoute,
  featuresWriteRoute,
  backupRoute,
  networkRoute,
  renderTemplateRoute,
  searchRulesRoute,
  searchRuleRoute,
  searchRuleWriteRoute,
  searchRuleDeletionRoute,
];

/** What a request is answered with. */
export type DispatchContext = Omit<RouteContext, "path">;

/**
 * Hands a request to the handler of its route.
 * @throws MiroirError `miroir_not_supported` for a route that is not served over many nodes: never a single node's answer
 */
export function dispatch(request: ClusterRequest, context: DispatchContext): Promise<ClusterResponse> {
  for (const handler of HANDLERS) {
    for (const { method, path } of handler.routes) {
      if (method !== request.method) continue;
      const values = matchPath(path, request.path);
      if (values !== undefined) return handle(handler, request, { ...context, path: values });
    }
  }
  const { what, instead } = explainRefusal(request);
  throw notSupported(what, instead);
}

/** Whoever is told the number of a task may hand it to another process, which must find it. */
async function handle(handler: RouteHandler, request: ClusterRequest, context: RouteContext): Promise<ClusterResponse> {
  let met: Promise<Cluster> | undefined;
  const meetOnce = () => {
    met ??= meet(request, context);
    return met;
  };
  const response = await handleKnowing(handler, request, { ...context, cluster: meetOnce });
  // A route that answers although the cluster could not be met has no task to tell of.
  const cluster = await met?.catch(() => undefined);
  if (cluster === undefined) return response;
  const { tasks, ownWrites } = cluster;
  const uid = (response.body as { taskUid?: unknown } | null | undefined)?.taskUid;
  if (typeof uid === "number") {
    ownWrites?.note(uid, response.meta);
    await tasks.announced(uid); // the client may be closed by now
  }
  return ownWrites?.mark(response) ?? response;
}

/** The cluster for a call, which knows by then what other processes did in the call's session. */
async function meet({ signal }: ClusterRequest, { call, cluster }: RouteContext): Promise<Cluster> {
  const met = await cluster();
  if (call.session === undefined) return met;
  const ownWrites = new OwnWrites(call.session, met);
  await ownWrites.catchUp(call.timeoutMs ?? met.options.readTimeoutMs, signal);
  return { ...met, ownWrites };
}
