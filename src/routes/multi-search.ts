import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue } from "../core/types.ts";
import { isObject } from "../merge/answer-shape.ts";
import { searchKind } from "../merge/search-kind.ts";
import type { Cluster } from "./cluster.ts";
import { layoutOf } from "./layout.ts";
import type { Batch, BatchQuery } from "./multi-search/batch.ts";
import { searchFederated } from "./multi-search/federated.ts";
import { searchPlainly } from "./multi-search/plain.ts";
import { refuseBatch } from "./multi-search/refusal.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteContext, RouteHandler } from "./route.ts";
import { SEARCH_NAMING_FIELDS } from "./search.ts";
import { searchRulesOf } from "./search-rules-view.ts";
import { searchView } from "./search-view.ts";
import { askOneNode, notSupported } from "./verbatim.ts";

/** `POST multi-search`: every node is asked all queries at once, and the answers are merged query by query. */
export const multiSearchRoute: RouteHandler = {
  routes: [{ method: "POST", path: "multi-search" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const { body } = request;
    if (isObject(body) && Array.isArray(body["queries"])) {
      refuseUnsupported(body, body["queries"]);
      if (body["queries"].length === 0) return askNothing(cluster, request, context);
      const batch = await batchOf(cluster, { request, call: context.call, body, given: body["queries"] });
      const federation = body["federation"] ?? null;
      if (batch !== undefined && federation === null) return searchPlainly(ownersOf(cluster, batch), batch);
      if (batch !== undefined && isObject(federation)) return searchFederated(cluster, batch, federation);
    }
    return refuseBatch(cluster, request, { call: context.call });
  },
};

/** Indexes that are all replicated everywhere are read whole from one node; beside others they are read shard by shard. */
function ownersOf(cluster: Cluster, { queries: [first, ...others] }: Batch): Cluster {
  const isWhole = others.every(({ row }) => row.replicate === "everywhere");
  return first !== undefined && isWhole ? layoutOf(cluster, first.row) : cluster;
}

/** A list without queries is the same on every node. */
async function askNothing(cluster: Cluster, request: ClusterRequest, context: RouteContext): Promise<ClusterResponse> {
  const { status, body, headers } = await askOneNode(cluster, request, context.call);
  return { status, body, headers };
}

interface Given extends Omit<Batch, "queries"> {
  readonly given: readonly JsonValue[];
}

/** The queries with their indexes; `undefined` when one is no query, or its index is unknown. */
async function batchOf(cluster: Cluster, { given, ...batch }: Given): Promise<Batch | undefined> {
  const queries: BatchQuery[] = [];
  for (const [position, query] of given.entries()) {
    if (!isObject(query) || typeof query["indexUid"] !== "string") return undefined;
    const row = await cluster.registry.find(query["indexUid"]);
    if (row === undefined) return undefined;
    refuseReservedNames(query, SEARCH_NAMING_FIELDS);
    const kind = searchKind(query, row.settings["embedders"] as JsonObject);
    const view = searchView(row, searchRulesOf(cluster, row));
    queries.push({ position, body: query, row, view, kind });
  }
  return { ...batch, queries };
}

/** Parameters of a query whose answer cannot be merged from the nodes' own, with what to use instead. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  personalize: "Re-rank the page in the application.",
  useNetwork: "miroir asks every node by itself.",
};

function refuseUnsupported({ federation }: JsonObject, queries: readonly JsonValue[]): void {
  for (const given of [...queries, federation]) {
    for (const [parameter, instead] of Object.entries(UNSUPPORTED)) {
      const value = isObject(given) ? (given[parameter] ?? null) : null;
      if (value === null || value === false) continue;
      throw notSupported(`The search parameter \`${parameter}\` in a multi-search`, instead);
    }
  }
}
