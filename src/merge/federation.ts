import type { JsonObject, JsonValue } from "../core/types.ts";
import { isObject } from "./answer-shape.ts";
import { type AnsweredQuery, type QueryHits, queryHits } from "./answered-query.ts";
import { searchExactness } from "./exactness.ts";
import {
  clashingFacet,
  type FacetClash,
  type FacetedIndex,
  facetsOfIndexes,
  type IndexFacets,
  joinFacets,
  type WantedFacets,
} from "./federation/federated-facets.ts";
import { type FederatedHit, federateHits } from "./federation/federated-hits.ts";
import { bodiesInOrder, type Part } from "./part.ts";
import { requiredHits, type SearchWindow, sliceOf } from "./search-window.ts";
import { stripHit } from "./strip.ts";
import { pagingFields, sumTotals } from "./totals.ts";

/**
 * One query of a federated search: what was asked of the nodes, with the window and distinct attribute of the federation,
 * and what each answered to the query alone.
 */
export interface QueryParts extends AnsweredQuery {
  readonly position: number;
  readonly uid: string;
  readonly physicalUid: string;
  readonly weight: number;
}

/** Input of {@link mergeFederation}. */
export interface FederationMerge {
  readonly window: SearchWindow;
  readonly distinct: string | null;
  /** Undefined when facets stay apart by index; the limit is undefined when only those of the indexes count. */
  readonly mergeFacets: { readonly maxValuesPerFacet: number | undefined } | undefined;
  /** Facets wanted of indexes that no query is about; they must be orderable together all the same. */
  readonly unused: readonly WantedFacets[];
  readonly queries: readonly QueryParts[];
  /** The nodes' answers to the federated search without hits: counts and facets of the queries of each index together. */
  readonly counts: readonly Part[];
}

/** A merged federated answer, or the facet whose order is not the same in all indexes. */
export type MergedFederation =
  | { readonly body: JsonObject; readonly reasons: readonly string[]; readonly clash?: undefined }
  | { readonly clash: FacetClash };

/** Merges what nodes say about several queries into the one list that one node with all documents would give. */
export function mergeFederation(merge: FederationMerge): MergedFederation {
  const counts = bodiesInOrder(merge.counts);
  const found = merge.queries.map((query): Found => ({ query, ...queryHits(query) }));
  const merged = federateHits(
    found.map(({ query, ...hits }) => ({ ...query, ...hits, primaryKey: query.view.primaryKey })),
    { required: requiredHits(merge.window), distinct: merge.distinct },
  );
  const totals = totalsByIndex(found);
  const isShared = totals.size < merge.queries.length;
  const total = isShared ? sumTotals(counts) : [...totals.values()].reduce((sum, one) => sum + one, 0);
  const facets = facetsOfIndexes(counts, indexesOf(merge.queries, totals));
  const used = facets.map(({ uid, view, facets: { distribution } }) => ({
    uid,
    view,
    names: Object.keys(distribution),
  }));
  const clash = merge.mergeFacets === undefined ? undefined : clashingFacet([...used, ...merge.unused]);
  if (clash !== undefined) return { clash };
  const shown = Math.max(0, total - merged.rejected);
  const all = [...counts, ...found.flatMap(({ bodies }) => bodies)];
  const page = sliceOf(merged.hits, merge.window);
  const body: JsonObject = {
    hits: page.map((hit) => federatedHit(hit, merge.queries)),
    ...first(counts, "queryVectors"),
    processingTimeMs: Math.max(0, ...all.map(({ processingTimeMs }) => Number(processingTimeMs ?? 0))),
    ...pagingFields(merge.window, shown),
    ...facetFields(facets, merge.mergeFacets),
    ...first(counts, "requestUid"),
    ...metadataOf(counts, merge.queries),
    ...semanticHitCount(page, merge.queries),
    ...first(counts, "performanceDetails"),
  };
  return { body, reasons: reasonsOf(found, merged, facets) };
}

interface Found extends QueryHits {
  readonly query: QueryParts;
}

/** Documents that the queries of each index found, at least: those of several queries may be the same. */
function totalsByIndex(found: readonly Found[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { query, bodies } of found) {
    totals.set(query.uid, Math.max(totals.get(query.uid) ?? 0, sumTotals(bodies)));
  }
  return totals;
}

function indexesOf(
  queries: readonly QueryParts[],
  totals: ReadonlyMap<string, number>,
): (FacetedIndex & { physicalUid: string })[] {
  const byUid = new Map(queries.map(({ uid, physicalUid, view }) => [uid, { uid, physicalUid, view }]));
  const sorted = [...byUid.values()].sort((left, right) => (left.uid < right.uid ? -1 : 1));
  return sorted.map((index) => ({ ...index, candidates: totals.get(index.uid) ?? 0 }));
}

/** What comes behind the document and its federation in a hit. */
const BEHIND = ["_formatted", "_matchesPosition", "_rankingScore", "_rankingScoreDetails"];

function federatedHit({ hit, key, query }: FederatedHit, queries: readonly QueryParts[]): JsonObject {
  const asked = queries.find(({ position }) => position === query.position);
  const shown = asked === undefined ? hit : stripHit(hit, asked);
  const entries = Object.entries(shown);
  const isBehind = ([name]: [string, JsonValue]) => BEHIND.includes(name);
  return {
    ...Object.fromEntries(entries.filter((entry) => !isBehind(entry))),
    _federation: { indexUid: query.uid, queriesPosition: query.position, weightedRankingScore: key.score },
    ...Object.fromEntries(entries.filter(isBehind)),
  };
}

function facetFields(facets: readonly IndexFacets[], joined: FederationMerge["mergeFacets"]): JsonObject {
  if (facets.length === 0) return {};
  if (joined !== undefined) return joinFacets(facets, joined.maxValuesPerFacet);
  const byIndex = facets.map(({ uid, facets: { distribution, stats } }) => [uid, { distribution, stats }] as const);
  return { facetsByIndex: Object.fromEntries(byIndex) };
}

function first(bodies: readonly JsonObject[], field: string): JsonObject {
  const value = bodies.find((body) => (body[field] ?? null) !== null)?.[field];
  return value === undefined ? {} : { [field]: value };
}

function metadataOf(bodies: readonly JsonObject[], queries: readonly QueryParts[]): JsonObject {
  const { metadata } = first(bodies, "metadata");
  if (!Array.isArray(metadata)) return {};
  return {
    metadata: metadata.map((each, place) => {
      const indexUid = queries[place]?.uid;
      return isObject(each) && indexUid !== undefined ? { ...each, indexUid } : each;
    }),
  };
}

/** The hits of the page that a vector took part in, told when it could have. */
function semanticHitCount(page: readonly FederatedHit[], queries: readonly QueryParts[]): JsonObject {
  if (queries.every(({ kind }) => kind.kind === "keyword")) return {};
  const byVector = page.filter(({ hit }) => Object.hasOwn(Object(hit["_rankingScoreDetails"]), "vectorSort"));
  return { semanticHitCount: byVector.length };
}

function reasonsOf(
  found: readonly Found[],
  merged: ReturnType<typeof federateHits>,
  facets: readonly IndexFacets[],
): string[] {
  const reasons = found.flatMap(({ query, bodies, merged: own, ...hits }, place) => {
    const { request, plan } = query;
    const isMultiValued = own.isMultiValued || merged.isMultiValued;
    const ofIndex = place === 0 ? facets.map((index) => index.facets) : [];
    const truncated = ofIndex.flatMap((each) => each.truncated);
    const respelled = ofIndex.flatMap((each) => each.respelled);
    const facts = { request, plan, parts: bodies.length, merged: { ...own, isMultiValued }, truncated, respelled };
    const isCut = query.kind.kind === "hybrid" && plan.distinct !== null;
    const doubts = isCut ? ["Hybrid searches with distinct may lack hits at the end of a list."] : [];
    return [...searchExactness(facts).reasons, ...hits.reasons, ...doubts];
  });
  if (merged.isEstimated) reasons.push("Hits of different queries are compared by scores that depend on the node.");
  return [...new Set(reasons)];
}
