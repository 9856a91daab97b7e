import { physicalUid } from "../../cluster/registry.ts";
import type { ClusterResponse, JsonObject } from "../../core/types.ts";
import type { ScatterResult } from "../../execute/scatter.ts";
import { isObject } from "../../merge/answer-shape.ts";
import { expandFacets } from "../../merge/facet-names.ts";
import type { FacetClash, WantedFacets } from "../../merge/federation/federated-facets.ts";
import { mergeFederation, type QueryParts } from "../../merge/federation.ts";
import { windowOf } from "../../merge/search-window.ts";
import type { Cluster } from "../cluster.ts";
import { combineReads } from "../combine-reads.ts";
import { readMeta, requireCoverage } from "../read.ts";
import { searchView } from "../search-view.ts";
import type { Batch, BatchQuery } from "./batch.ts";
import { askCounts, type Counting, countingFederation } from "./federated-count.ts";
import { planFederatedQuery } from "./federated-query.ts";
import { refuseBatch } from "./refusal.ts";
import {
  firstRound,
  hasVector,
  type PlannedQuery,
  type RoundRefusal,
  type Rounds,
  secondRound,
  type Vectors,
} from "./rounds.ts";

/**
 * Answers a federated multi-search. Every node is asked for two things: for the hits of each query alone, because one
 * node decides between queries by scores that are its own, and for the federated search without hits, which counts.
 */
export async function searchFederated(
  cluster: Cluster,
  batch: Batch,
  federation: JsonObject,
): Promise<ClusterResponse> {
  const { request, call } = batch;
  const counting = await countingFederation(cluster, federation);
  // A node's remotes are not the cluster's nodes.
  if (counting === undefined || batch.queries.some(namesRemote)) return refuseBatch(cluster, request, { call });
  // The same replicas answer both.
  const steady: Batch = { ...batch, call: { preference: String(cluster.random.fraction()), ...call } };
  const queries = batch.queries.map((query) => planFederatedQuery(query, batch, federation));
  const found = await search(cluster, { batch: steady, federation: counting, queries });
  if ("refusal" in found) return refuseBatch(cluster, request, { response: found.refusal, call });
  const { counted, results } = found;
  const merged = mergeFederation({
    window: windowOf(federation),
    distinct: typeof federation["distinct"] === "string" ? federation["distinct"] : null,
    mergeFacets: mergeFacetsOf(federation),
    unused: await unusedFacets(cluster, batch, federation),
    queries: found.queries.map(queryParts),
    counts: counted.parts.map(({ response }, order) => ({ order, body: response.body })),
  });
  if (merged.clash !== undefined) {
    const response = { status: 400, headers: {}, body: clashBody(merged.clash, batch) };
    return refuseBatch(cluster, request, { response, call });
  }
  const meta = readMeta(combineReads([...results, counted]), cluster.topology.shards, merged.reasons);
  return { status: 200, body: merged.body, meta };
}

interface Federated extends Omit<Counting, "vectors"> {
  readonly queries: readonly PlannedQuery[];
}

interface FederatedRounds extends Rounds {
  readonly counted: ScatterResult;
}

/**
 * Counting needs to know which hybrid queries stand on their words alone. That is guessed, and counted along with the
 * first round, unless an embedder has its say; a wrong guess is counted again.
 */
async function search(cluster: Cluster, federated: Federated): Promise<FederatedRounds | RoundRefusal> {
  const { batch, queries } = federated;
  const guess = vectorsGiven(queries);
  const [first, early] = await Promise.all([
    firstRound(cluster, batch, queries),
    guess === undefined ? undefined : askCounts(cluster, { ...federated, vectors: guess }),
  ]);
  const [refused] = early?.refusals ?? [];
  if (refused !== undefined) return { refusal: refused.response };
  if ("refusal" in first) return first;
  const isRight = first.vectors.size === guess?.size;
  const [rounds, counted] = await Promise.all([
    secondRound(cluster, { batch, queries, first }),
    early !== undefined && isRight ? early : askCounts(cluster, { ...federated, vectors: first.vectors }),
  ]);
  const [refusal] = counted.refusals;
  if (refusal !== undefined) return { refusal: refusal.response };
  if ("refusal" in rounds) return rounds;
  requireCoverage(counted, batch.call.partial !== false);
  return { ...rounds, counted };
}

/** The vectors of all queries that have to do with one; `undefined` when one must be made first. */
function vectorsGiven(queries: readonly PlannedQuery[]): Vectors | undefined {
  const semantic = queries.filter(({ kind }) => kind.kind !== "keyword");
  if (!semantic.every(({ body }) => hasVector(body))) return undefined;
  return new Map(semantic.map(({ position, body }) => [position, body["vector"] ?? null]));
}

function namesRemote({ body }: BatchQuery): boolean {
  const { federationOptions: options } = body;
  return isObject(options) && ((options["remote"] ?? null) !== null || (options["queryPosition"] ?? null) !== null);
}

function mergeFacetsOf({ mergeFacets }: JsonObject): { maxValuesPerFacet: number | undefined } | undefined {
  if (!isObject(mergeFacets)) return undefined;
  const { maxValuesPerFacet } = mergeFacets;
  return { maxValuesPerFacet: typeof maxValuesPerFacet === "number" ? maxValuesPerFacet : undefined };
}

/** Facets that are wanted of indexes without a query. */
async function unusedFacets(
  cluster: Cluster,
  { queries }: Batch,
  { facetsByIndex }: JsonObject,
): Promise<WantedFacets[]> {
  const wanted: WantedFacets[] = [];
  for (const [uid, names] of Object.entries(isObject(facetsByIndex) ? facetsByIndex : {}).sort()) {
    const row = await cluster.registry.find(uid);
    if (row === undefined || queries.some((query) => query.row.uid === uid)) continue;
    const view = searchView(row);
    wanted.push({ uid, view, names: expandFacets(names, view.filterableAttributes) ?? [] });
  }
  return wanted;
}

function queryParts(query: Rounds["queries"][number]): QueryParts {
  const options = query.body["federationOptions"];
  const weight = isObject(options) && typeof options["weight"] === "number" ? options["weight"] : 1;
  return { ...query, weight, uid: query.row.uid, physicalUid: physicalUid(query.row) };
}

/** The server's words for facets that cannot be merged; a node finds it only when it knows the facet in both indexes. */
function clashBody({ facet, first, second }: FacetClash, batch: Batch): JsonObject {
  const code = "invalid_multi_search_facet_order";
  const position = batch.queries.find(({ row }) => row.uid === second.uid)?.position;
  const orders = { alpha: "alphabetically", count: "by count" };
  const place = `Inside \`.federation.facetsByIndex.${second.uid}\``;
  const message = [
    `${position === undefined ? "" : `Inside \`.queries[${position}]\`: `}${place}: Inconsistent order for values in facet \`${facet}\`: `,
    `index \`${first.uid}\` orders ${orders[first.order]}, but index \`${second.uid}\` orders ${orders[second.order]}.`,
    "\n - Hint: Remove `federation.mergeFacets` or change `faceting.sortFacetValuesBy` to be consistent in settings.",
    position === undefined ? `\n - Note: index \`${second.uid}\` is not used in queries` : "",
  ].join("");
  return { message, code, type: "invalid_request", link: `https://docs.meilisearch.com/errors#${code}` };
}
