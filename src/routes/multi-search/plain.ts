import type { ClusterResponse, JsonObject, JsonValue } from "../../core/types.ts";
import { isObject } from "../../merge/answer-shape.ts";
import { mergeQuery } from "../../merge/answered-query.ts";
import { planQuery } from "../../merge/query-plan.ts";
import type { MergedSearch } from "../../merge/search.ts";
import type { Cluster } from "../cluster.ts";
import { combineReads } from "../combine-reads.ts";
import { readMeta } from "../read.ts";
import type { Batch, BatchQuery } from "./batch.ts";
import { refuseBatch } from "./refusal.ts";
import { firstRound, type PlannedQuery, type RoundRefusal, type Rounds, secondRound } from "./rounds.ts";

/** Answers a multi-search without federation: one answer per query, each merged as a search of its own. */
export async function searchPlainly(cluster: Cluster, batch: Batch): Promise<ClusterResponse> {
  const queries = batch.queries.map((query): PlannedQuery => {
    const asked = { ...query, request: query.body };
    return { ...asked, planned: planQuery({ ...asked, carriesId: false }) };
  });
  const found = await search(cluster, batch, queries);
  if ("refusal" in found) return refuseBatch(cluster, batch.request, { response: found.refusal, call: batch.call });
  const merged = found.queries.map(mergeQuery);
  const reasons = new Set(merged.flatMap(({ exactness }) => exactness.reasons));
  const requestUid = merged[0]?.body["requestUid"];
  const results = merged.map((one, place) => resultOf(batch.queries[place], one, requestUid));
  return {
    status: 200,
    body: { results } as JsonObject,
    meta: readMeta(combineReads(found.results), cluster.topology.shards, [...reasons]),
  };
}

async function search(
  cluster: Cluster,
  batch: Batch,
  queries: readonly PlannedQuery[],
): Promise<Rounds | RoundRefusal> {
  const first = await firstRound(cluster, batch, queries);
  return "refusal" in first ? first : secondRound(cluster, { batch, queries, first });
}

/** All results carry the uid of the one request. */
function resultOf(query: BatchQuery | undefined, { body }: MergedSearch, requestUid: JsonValue | undefined): JsonValue {
  const indexUid = query?.row.uid ?? "";
  const { metadata } = body;
  const named = isObject(metadata) ? { metadata: { ...metadata, indexUid } } : {};
  return { indexUid, ...body, ...(requestUid === undefined ? {} : { requestUid }), ...named };
}
