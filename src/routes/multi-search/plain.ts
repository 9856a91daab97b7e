import { physicalUid } from "../../cluster/registry.ts";
import type { ClusterResponse, JsonObject, JsonValue } from "../../core/types.ts";
import type { ScatterResult } from "../../execute/scatter.ts";
import { badAnswer, isObject, objectsOf } from "../../merge/answer-shape.ts";
import { type MergedSearch, mergeSearch } from "../../merge/search.ts";
import { planSearch } from "../../merge/shard-request.ts";
import type { Cluster } from "../cluster.ts";
import { readMeta, requireCoverage } from "../read.ts";
import { askBatch, type Batch, type BatchQuery } from "./batch.ts";
import { refuseBatch } from "./refusal.ts";

/** Answers a multi-search without federation: one answer per query, each merged as a search of its own. */
export async function searchPlainly(cluster: Cluster, batch: Batch): Promise<ClusterResponse> {
  const plans = batch.queries.map((query) => ({ ...query, planned: planSearch(query.body, query.view) }));
  const result = await askBatch(cluster, batch, (narrow) => ({
    queries: plans.map(({ position, row, planned }) =>
      narrow(position, { ...planned.body, indexUid: physicalUid(row) }),
    ),
  }));
  const [refusal] = result.refusals;
  if (refusal !== undefined) {
    return refuseBatch(cluster, batch.request, { response: refusal.response, call: batch.call });
  }
  requireCoverage(result, batch.call.partial !== false);
  const merged = plans.map(({ planned, ...query }, place) => {
    const parts = bodiesAt(result, place).map((body, order) => ({ order, body }));
    return mergeSearch({ request: query.body, plan: planned.plan, view: query.view, parts });
  });
  const reasons = new Set(merged.flatMap(({ exactness }) => exactness.reasons));
  const requestUid = merged[0]?.body["requestUid"];
  const results = merged.map((one, place) => resultOf(batch.queries[place], one, requestUid));
  return {
    status: 200,
    body: { results } as JsonObject,
    meta: readMeta(result, cluster.topology.shards, [...reasons]),
  };
}

/** What each node answers to the query at this place. */
export function bodiesAt({ parts }: ScatterResult, place: number): JsonObject[] {
  return parts.map(({ response }) => {
    const results = isObject(response.body) ? response.body["results"] : undefined;
    const body = objectsOf(results, "`results`")[place];
    if (body === undefined) throw badAnswer(`it lacks the result of query ${place}`);
    return body;
  });
}

/** All results carry the uid of the one request. */
function resultOf(query: BatchQuery | undefined, { body }: MergedSearch, requestUid: JsonValue | undefined): JsonValue {
  const indexUid = query?.row.uid ?? "";
  const { metadata } = body;
  const named = isObject(metadata) ? { metadata: { ...metadata, indexUid } } : {};
  return { indexUid, ...body, ...(requestUid === undefined ? {} : { requestUid }), ...named };
}
