import { physicalUid } from "../cluster/registry.ts";
import type { JsonObject } from "../core/types.ts";
import { mergeFacetSearch } from "../merge/facet-search.ts";
import { withShardFilter } from "../merge/shard-request.ts";
import { shardFilter } from "../routing/reserved.ts";
import { layoutOf } from "./layout.ts";
import { callerHeaders, readMeta, readShards, requireCoverage } from "./read.ts";
import { refusalOf } from "./refusal-of.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import { searchView } from "./search-view.ts";
import { shardsFor } from "./shards-for.ts";
import { notSupported, refuse, refuseMissingIndex } from "./verbatim.ts";

/**
 * `POST indexes/:uid/facet-search`: asks one replica of every shard, which answers with more values than the user sees,
 * and sums the counts.
 */
export const facetSearchRoute: RouteHandler = {
  routes: [{ method: "POST", path: "indexes/:uid/facet-search" }],
  async handle(request, { path, call, cluster: meet }) {
    const uid = path["uid"] ?? "";
    const whole = await meet();
    const row = await whole.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(whole, request, { uid, call });
    const cluster = layoutOf(whole, row);
    const { body } = request;
    if (!isJsonObject(body)) return refuse(cluster, request, { response: MALFORMED, call });
    if (body["useNetwork"] === true) throw notSupported("`useNetwork`", "miroir asks every node by itself.");
    refuseReservedNames(body, ["facetName", "filter", "attributesToSearchOn"]);
    const index = physicalUid(row);
    const result = await readShards(cluster, {
      operation: "facet-search",
      ...{ index, shards: shardsFor(cluster, row, body), call, signal: request.signal },
      request(node, shards) {
        const filter = withShardFilter(body["filter"], shardFilter(cluster.topology.shards, shards));
        const sent = JSON.stringify({ ...body, filter });
        return {
          ...{ node, method: "POST", path: `indexes/${index}/facet-search`, body: sent },
          ...callerHeaders(request),
        };
      },
    });
    const refusal = refusalOf(result);
    if (refusal !== undefined) return refuse(cluster, request, { response: refusal.response, call });
    requireCoverage(result, call.partial !== false);
    const parts = result.parts.map((part, order) => ({ order, body: part.response.body }));
    const merged = mergeFacetSearch({ request: body, view: searchView(row), parts });
    return { status: 200, body: merged.body, meta: readMeta(result, cluster.topology.shards, merged.reasons) };
  },
};

const MALFORMED = { status: 400, headers: {}, body: undefined };

function isJsonObject(body: unknown): body is JsonObject {
  return typeof body === "object" && body !== null && !Array.isArray(body);
}
