import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { weightedKeys } from "../../../merge/federation/weighted-keys.ts";
import { compareWeighted } from "../../../merge/federation/weighted-value.ts";
import { kWayMerge } from "../../../merge/k-way.ts";
import { injectPins, type Pin, sortedPins, takePins } from "../../../merge/pins.ts";
import { documentId } from "../documents/document-id.ts";
import { checkFilterSyntax } from "../documents/filter-syntax.ts";
import { BARE_DETAILS, type EngineHit } from "../engine/contract.ts";
import { ApiError } from "../http/api-error.ts";
import type { RouteContext } from "../http/route.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { requireNetwork } from "../routes/required-features.ts";
import { distinctKeys } from "./distinct-keys.ts";
import { federatedFacets } from "./federated-facets.ts";
import type { FederatedHit } from "./federated-hit.ts";
import type { Federation } from "./federation-body.ts";
import { type Asked, hybridSearch, isByVector } from "./hybrid-search.ts";
import type { IndexResult } from "./index-result.ts";
import { inside } from "./inside-query.ts";
import { requestUid } from "./request-uid.ts";
import { checkQuery, engineSearch } from "./run-search.ts";
import type { IndexedQuery } from "./search-query.ts";
import { isPaged, paging, skipOf, takeOf } from "./search-window.ts";

/** Answers several queries as one list of hits. */
export function federatedSearch(
  context: RouteContext,
  queries: readonly IndexedQuery[],
  federation: Federation,
): JsonObject {
  const startedAt = context.node.settings.clock.now();
  for (const [at, query] of queries.entries())
    inside(`.queries[${at}]`, () => checkFederatedQuery(context, query, federation));
  const uids = [...new Set(queries.map((query) => query.indexUid))].sort();
  const results = uids.map((uid) => searchIndex(context, { uid, queries, federation }));
  const facets = federatedFacets(context, results, federation);
  const rejected = { count: 0 };
  const merged = mergeLists(results.map((result) => result.hits.filter((hit) => !isPinned(hit))));
  const distinct = federation.distinct ?? undefined;
  const ranked = distinct === undefined ? merged : keepDistinct(merged, distinct, rejected);
  const required = skipOf(federation) + takeOf(federation);
  const hits = injectPins(ranked, sortedPins(pinsAmong(results.flatMap((result) => result.hits))), required).list;
  const total = results.reduce((sum, result) => sum + result.total, 0) - rejected.count;
  const page = hits.slice(skipOf(federation), required);
  const isRetrieving = queries.some(({ retrieveVectors }) => retrieveVectors === true);
  return {
    hits: page.map(shownHit),
    ...(isRetrieving ? { queryVectors: Object.assign({}, ...results.map(({ vectors }) => vectors)) } : {}),
    processingTimeMs: context.node.settings.clock.now() - startedAt,
    ...paging(federation, total),
    ...facets,
    requestUid: requestUid(startedAt),
    ...(queries.some(isSemantic) ? { semanticHitCount: page.filter(({ isByVector }) => isByVector).length } : {}),
  };
}

/** Whether a vector could have its say, even if words turn out to be good enough. */
function isSemantic({ hybrid = null, vector = null, q = null }: IndexedQuery): boolean {
  return hybrid !== null && hybrid.semanticRatio !== 0 && (vector !== null || (q ?? "").trim() !== "");
}

function checkFederatedQuery(context: RouteContext, query: IndexedQuery, federation: Federation): void {
  const paged = (["limit", "offset", "page", "hitsPerPage"] as const).find((name) => typeof query[name] === "number");
  if (paged !== undefined) {
    throw new ApiError(
      "invalid_multi_search_query_pagination",
      `Using pagination options is not allowed in federated queries.\n - Hint: remove \`${paged}\` from the query or remove \`federation\` from the request\n - Hint: pass \`federation.limit\` and \`federation.offset\` for pagination in federated search`,
    );
  }
  if (query.facets !== undefined && query.facets !== null && query.facets.length > 0) {
    const list = `[${query.facets.map((facet) => JSON.stringify(facet)).join(", ")}]`;
    throw new ApiError(
      "invalid_multi_search_query_facets",
      `Using facet options is not allowed in federated queries.\n - Hint: remove \`facets\` from the query or remove \`federation\` from the request\n - Hint: pass \`federation.facetsByIndex.${query.indexUid}: ${list}\` for facets in federated search`,
    );
  }
  if (typeof query.distinct === "string" && typeof federation.distinct === "string") {
    throw new ApiError(
      "invalid_multi_search_distinct",
      "Using `distinct` options is not allowed in federated queries when it also appears in `.federation.distinct`.\n - Hint: remove `distinct` from the query or remove `federation` from the request\n  - Note: `distinct` at the query level is discouraged in federated search.",
    );
  }
  if (typeof query.federationOptions?.remote === "string") {
    requireNetwork(context.node, "Performing a remote federated search");
  }
  const { offset, limit, ...search } = query;
  checkQuery(context.node, search);
  context.node.index(query.indexUid);
  checkFilterSyntax(context.node, query.filter, "invalid_search_filter");
}

function searchIndex(
  context: RouteContext,
  search: { uid: string; queries: readonly IndexedQuery[]; federation: Federation },
): IndexResult {
  const index = context.node.index(search.uid);
  const queries = [...search.queries.entries()]
    .filter(([, query]) => query.indexUid === search.uid)
    .map(([position, query]) => ({ position, query }));
  const isAlone = queries.length === 1;
  const found = queries.map((entry) => {
    return inside(`.queries[${entry.position}]`, () => searchOnce(context, index, { ...entry, ...search, isAlone }));
  });
  const rejected = { count: 0 };
  const unique = keepFirst(mergeLists(found.map((one) => one.hits.filter((hit) => !isPinned(hit)))));
  const { distinct } = search.federation;
  const ranked = typeof distinct === "string" ? keepDistinct(unique, distinct, rejected) : unique;
  const known = found.flatMap(({ documents }) => documents ?? []);
  const documents = found.some((one) => one.documents === undefined) ? undefined : new Set(known);
  const [only] = found;
  const total = isAlone || documents === undefined ? (only?.total ?? 0) : documents.size;
  const required = skipOf(search.federation) + takeOf(search.federation);
  const pins = sortedPins(pinsAmong(found.flatMap((one) => one.hits)));
  const cut = injectPins(ranked, pins, Math.min(required, index.maxTotalHits)).list;
  const vectors: JsonObject = Object.assign({}, ...found.map((one) => one.vectors));
  return { index, queries, documents, hits: cut, total: total - rejected.count, vectors };
}

function isPinned({ pinnedTo }: FederatedHit): boolean {
  return pinnedTo !== undefined;
}

function pinsAmong(hits: readonly FederatedHit[]): Pin<FederatedHit>[] {
  return hits.flatMap((hit) => (hit.pinnedTo === undefined ? [] : [{ position: hit.pinnedTo, hit }]));
}

interface FoundOnce {
  readonly hits: FederatedHit[];
  readonly total: number;
  readonly documents: readonly JsonObject[] | undefined;
  readonly vectors: JsonObject;
}

/** One query of an index. */
function searchOnce(
  context: RouteContext,
  index: EmbeddedIndex,
  entry: { position: number; query: IndexedQuery; federation: Federation; isAlone: boolean },
): FoundOnce {
  const { indexUid, federationOptions, offset, limit, ...query } = entry.query;
  const required = skipOf(entry.federation) + takeOf(entry.federation);
  const window = isPaged(entry.federation) ? { page: 1, hitsPerPage: required } : { limit: required };
  const primaryKey = index.primaryKey ?? "";
  const retrieve = query.attributesToRetrieve;
  const { distinct } = entry.federation;
  const isIdHidden = Array.isArray(retrieve) && !retrieve.includes("*") && !retrieve.includes(primaryKey);
  const windowed = { ...query, ...(typeof distinct === "string" ? { distinct } : {}), ...window };
  const asked: Asked = {
    index,
    query: windowed,
    search: {
      ...engineSearch(context, index, windowed),
      showRankingScore: true,
      showRankingScoreDetails: true,
      carriesBareDetails: true,
      ...(isIdHidden ? { attributesToRetrieve: [...retrieve, primaryKey] } : {}),
    },
  };
  const answer = hybridSearch(asked);
  const weight = federationOptions?.weight ?? 1;
  const hits = (answer["hits"] as JsonObject[]).map((hit) => {
    return federatedHit(index, hit, { query: entry.query, position: entry.position, weight, isIdHidden });
  });
  return {
    hits,
    total: Number(answer["estimatedTotalHits"] ?? answer["totalHits"]),
    documents: documentsOf(asked, entry.isAlone),
    vectors: answer["queryVector"] === undefined ? {} : { [entry.position]: answer["queryVector"] },
  };
}

/** Everything that a query finds, to be counted together with what others find; a query by words alone counts for itself. */
function documentsOf(asked: Asked, isAlone: boolean): JsonObject[] | undefined {
  const { index, search } = asked;
  const isVector = isByVector(asked);
  if (isAlone && !isVector) return undefined;
  const { page: _, hitsPerPage: __, ...rest } = search;
  const wide = { ...rest, attributesToRetrieve: [index.primaryKey ?? ""], offset: 0, limit: index.size };
  const docids = isVector
    ? index.engine.select(search.filter, "invalid_search_filter")
    : (index.engine.search(index.uid, wide)["hits"] as JsonObject[]).map(
        (hit) => index.docidOf(documentId(hit, index.primaryKey ?? "")) ?? -1,
      );
  return docids.map((docid) => index.engine.get(docid)).filter((document) => document !== undefined);
}

function federatedHit(
  index: EmbeddedIndex,
  raw: EngineHit,
  from: { query: IndexedQuery; position: number; weight: number; isIdHidden: boolean },
): FederatedHit {
  const { _rankingScore, _rankingScoreDetails, ...hit } = raw;
  const primaryKey = index.primaryKey ?? "";
  const document = primaryKey in hit ? index.get(documentId(hit, primaryKey)) : undefined;
  if (from.isIdHidden) delete hit[primaryKey];
  const weightedScore = Number(_rankingScore) * from.weight;
  const queriesPosition = from.query.federationOptions?.queryPosition ?? from.position;
  const shown: JsonObject = {
    ...hit,
    _federation: { indexUid: index.uid, queriesPosition, weightedRankingScore: weightedScore },
    ...(from.query.showRankingScore === true && _rankingScore !== undefined ? { _rankingScore } : {}),
    ...(from.query.showRankingScoreDetails === true && _rankingScoreDetails !== undefined
      ? { _rankingScoreDetails }
      : {}),
  };
  const pinnedTo = takePins([[raw]]).pins[0]?.position;
  const ordered = pinnedTo === undefined && Object.keys(_rankingScoreDetails ?? {}).length > 0;
  const compared = { ...raw, _rankingScoreDetails: raw[BARE_DETAILS] ?? _rankingScoreDetails ?? {} };
  const key = weightedKeys({ ...from, lists: [], ordered }).keyOf(compared);
  const isByVector = Object.hasOwn(Object(_rankingScoreDetails), "vectorSort");
  return { hit: shown, indexUid: index.uid, document, key, isByVector, pinnedTo };
}

/** Lists that are each in order as one; between queries and indexes the better weighted hit comes first. */
function mergeLists(lists: readonly (readonly FederatedHit[])[]): FederatedHit[] {
  const merged: FederatedHit[] = [];
  const visit = (hit: FederatedHit) => merged.push(hit) > 0;
  kWayMerge({ lists, keyOf: ({ key }) => key, compare: compareWeighted, visit });
  return merged;
}

/** The best occurrence of each document. */
function keepFirst(hits: readonly FederatedHit[]): FederatedHit[] {
  const seen = new Set<JsonObject>();
  return hits.filter(({ document }) => {
    if (document === undefined) return true;
    const isNew = !seen.has(document);
    seen.add(document);
    return isNew;
  });
}

/** The first hit of each value; hits without a value stay. */
function keepDistinct(hits: readonly FederatedHit[], field: string, rejected: { count: number }): FederatedHit[] {
  const seen = new Set<string>();
  return hits.filter(({ document }) => {
    const keys = document === undefined ? [] : distinctKeys(document, field);
    const isRepeated = keys.some((key) => seen.has(key));
    if (isRepeated) rejected.count += 1;
    else for (const key of keys) seen.add(key);
    return !isRepeated;
  });
}

function shownHit({ hit }: FederatedHit): JsonValue {
  return hit;
}
