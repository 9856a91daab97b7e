import { physicalUid } from "../../cluster/registry.ts";
import type { ClusterResponse, JsonObject, JsonValue } from "../../core/types.ts";
import type { ScatterResult } from "../../execute/scatter.ts";
import { isObject, isTextList } from "../../merge/answer-shape.ts";
import { coversPath } from "../../merge/attribute-path.ts";
import { expandFacets } from "../../merge/facet-names.ts";
import type { FacetClash, WantedFacets } from "../../merge/federation/federated-facets.ts";
import { mergeFederation, type QueryParts } from "../../merge/federation.ts";
import { refusedPaging, windowOf } from "../../merge/search-window.ts";
import { planSearch, type ShardSearch } from "../../merge/shard-request.ts";
import type { Cluster } from "../cluster.ts";
import { readMeta, requireCoverage } from "../read.ts";
import { searchView } from "../search-view.ts";
import { askBatch, type Batch, type BatchQuery, combineReads } from "./batch.ts";
import { bodiesAt } from "./plain.ts";
import { refuseBatch } from "./refusal.ts";

/**
 * Answers a federated multi-search. Every node is asked twice at once: for the hits of each query alone, because one node
 * decides between queries by scores that are its own, and for the federated search without hits, which counts documents
 * that several queries find once, counts facets, and refuses what a server refuses.
 */
export async function searchFederated(
  cluster: Cluster,
  batch: Batch,
  federation: JsonObject,
): Promise<ClusterResponse> {
  const counting = await countingFederation(cluster, federation);
  const plans = batch.queries.map((query) => ({ ...query, planned: planQuery(query, batch, federation) }));
  // A node's remotes are not the cluster's nodes.
  if (counting === undefined || batch.queries.some(namesRemote))
    return refuseBatch(cluster, batch.request, { call: batch.call });
  // The same replicas answer both.
  const steady: Batch = { ...batch, call: { preference: String(Math.random()), ...batch.call } };
  const [found, counted] = await Promise.all([
    askBatch(cluster, steady, (narrow) => ({
      queries: plans.map(({ position, row, planned }) =>
        narrow(position, { ...planned.body, indexUid: physicalUid(row) }),
      ),
    })),
    askBatch(cluster, steady, (narrow) => ({
      federation: counting,
      queries: plans.map(({ position, row, body }) => narrow(position, { ...body, indexUid: physicalUid(row) })),
    })),
  ]);
  const [refusal] = [...counted.refusals, ...found.refusals];
  if (refusal !== undefined) {
    return refuseBatch(cluster, batch.request, { response: refusal.response, call: batch.call });
  }
  const result = combineReads([found, counted]);
  requireCoverage(
    found.parts.length === 0 || counted.parts.length === 0 ? { ...result, parts: [] } : result,
    batch.call.partial !== false,
  );
  const merged = mergeFederation({
    window: windowOf(federation),
    distinct: typeof federation["distinct"] === "string" ? federation["distinct"] : null,
    mergeFacets: mergeFacetsOf(federation),
    unused: await unusedFacets(cluster, batch, federation),
    queries: plans.map((plan, place) => queryParts(plan, found, place)),
    counts: counted.parts.map(({ response }, order) => ({ order, body: response.body })),
  });
  if (merged.clash !== undefined) {
    const response = { status: 400, headers: {}, body: clashBody(merged.clash, batch) };
    return refuseBatch(cluster, batch.request, { response, call: batch.call });
  }
  return { status: 200, body: merged.body, meta: readMeta(result, cluster.topology.shards, merged.reasons) };
}

function namesRemote({ body }: BatchQuery): boolean {
  const { federationOptions: options } = body;
  return isObject(options) && ((options["remote"] ?? null) !== null || (options["queryPosition"] ?? null) !== null);
}

/** What federation takes the place of in a query. */
const FEDERATED_FIELDS = [
  "federationOptions",
  "limit",
  "offset",
  "page",
  "hitsPerPage",
  "facets",
  "showPerformanceDetails",
];

/** A node's form of one query alone: as long a list as the whole answer needs, with all that decides between hits. */
function planQuery(
  { position, body, row, view }: BatchQuery,
  batch: Batch,
  federation: JsonObject,
): ShardSearch & { request: JsonObject } {
  const { page = null, hitsPerPage = null, offset = null, limit = null, distinct = null } = federation;
  const window = Object.fromEntries(
    Object.entries({ page, hitsPerPage, offset, limit }).filter(([, value]) => value !== null),
  );
  const own = Object.fromEntries(Object.entries(body).filter(([name]) => !FEDERATED_FIELDS.includes(name)));
  const request: JsonObject = { ...own, ...(distinct === null ? {} : { distinct }), ...window };
  const planned = planSearch(request, view);
  const isShared = batch.queries.some((other) => other.position !== position && other.row.uid === row.uid);
  const { body: shown, plan } = isShared ? withPrimaryKey(request, planned, row.primaryKey) : planned;
  return { request, plan, body: { ...shown, showRankingScore: true } };
}

/** Queries of one index may find the same document, which its id tells. */
function withPrimaryKey(request: JsonObject, planned: ShardSearch, primaryKey: string | null): ShardSearch {
  const { body, plan } = planned;
  const retrieved = body["attributesToRetrieve"] ?? null;
  if (primaryKey === null || !isTextList(retrieved)) return planned;
  if (retrieved.some((name) => coversPath(name, primaryKey))) return planned;
  const formatted = ["attributesToHighlight", "attributesToCrop"].flatMap((field) => {
    const names = request[field];
    return isTextList(names) ? names.map((name) => name.replace(/:\d*$/, "")) : [];
  });
  const isFormatted = formatted.some((name) => coversPath(name, primaryKey));
  const [top = ""] = primaryKey.split(".", 1);
  const added = { path: primaryKey, hasSiblings: retrieved.some((name) => name.split(".", 1)[0] === top) };
  return {
    body: { ...body, attributesToRetrieve: [...retrieved, primaryKey] },
    plan: {
      ...plan,
      hitExtras: [...plan.hitExtras, added],
      formattedExtras: isFormatted ? plan.formattedExtras : [...plan.formattedExtras, added],
    },
  };
}

/** The federation as nodes are asked to count for it; `undefined` when one of them has to word a refusal. */
async function countingFederation(cluster: Cluster, federation: JsonObject): Promise<JsonObject | undefined> {
  const {
    mergeFacets = null,
    facetsByIndex = null,
    limit: _,
    offset: __,
    page: ___,
    hitsPerPage: ____,
    ...rest
  } = federation;
  if (mergeFacets !== null && !isMergeFacets(mergeFacets)) return undefined;
  const paged = windowOf(federation).mode === "page";
  const window = paged ? { page: 1, hitsPerPage: 0 } : { offset: 0, limit: 0 };
  const counting: JsonObject = { ...rest, ...window, ...refusedPaging(federation) };
  if (facetsByIndex === null) return counting;
  if (!isObject(facetsByIndex)) return { ...counting, facetsByIndex };
  const facets: JsonObject = {};
  for (const [uid, names] of Object.entries(facetsByIndex)) {
    const row = await cluster.registry.find(uid);
    if (row === undefined) return undefined;
    facets[physicalUid(row)] = expandFacets(names, searchView(row).filterableAttributes) ?? names;
  }
  return { ...counting, facetsByIndex: facets };
}

function isMergeFacets(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  const { maxValuesPerFacet = null, ...rest } = value;
  const isCount = Number.isSafeInteger(maxValuesPerFacet) && Number(maxValuesPerFacet) >= 0;
  return Object.keys(rest).length === 0 && (maxValuesPerFacet === null || isCount);
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

type Planned = BatchQuery & { readonly planned: ReturnType<typeof planQuery> };

function queryParts({ position, row, body, view, planned }: Planned, found: ScatterResult, place: number): QueryParts {
  const options = body["federationOptions"];
  const weight = isObject(options) && typeof options["weight"] === "number" ? options["weight"] : 1;
  return {
    ...{ position, weight, view, uid: row.uid, physicalUid: physicalUid(row) },
    ...{ request: planned.request, plan: planned.plan },
    parts: bodiesAt(found, place).map((answer, order) => ({ order, body: answer })),
  };
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
