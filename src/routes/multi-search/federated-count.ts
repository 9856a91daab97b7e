import { physicalUid } from "../../cluster/registry.ts";
import type { JsonObject, JsonValue } from "../../core/types.ts";
import type { ScatterResult } from "../../execute/scatter.ts";
import { isObject } from "../../merge/answer-shape.ts";
import { expandFacets } from "../../merge/facet-names.ts";
import { ALL_BUT_SEMANTIC } from "../../merge/hybrid-plan.ts";
import { refusedPaging, windowOf } from "../../merge/search-window.ts";
import { withVector } from "../../merge/with-vector.ts";
import type { Cluster } from "../cluster.ts";
import { searchView } from "../search-view.ts";
import { askBatch, type Batch, type BatchQuery } from "./batch.ts";
import type { Vectors } from "./rounds.ts";

/** The federation as nodes are asked to count for it; `undefined` when one of them has to word a refusal. */
export async function countingFederation(cluster: Cluster, federation: JsonObject): Promise<JsonObject | undefined> {
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

/** A federation and what is known about its queries. */
export interface Counting {
  readonly batch: Batch;
  readonly federation: JsonObject;
  /** The vectors that answers stand on; a hybrid query without one counts as a query by words. */
  readonly vectors: Vectors;
}

/**
 * Asks for the federated search almost without hits: it counts documents that several queries find once, counts facets,
 * and refuses what a server refuses.
 */
export function askCounts(cluster: Cluster, { batch, federation, vectors }: Counting): Promise<ScatterResult> {
  const isWoven = batch.queries.some(({ kind, position }) => kind.kind === "hybrid" && vectors.has(position));
  return askBatch(cluster, batch, {
    queries: batch.queries.map((query) => ({ row: query.row, body: countingQuery(query, vectors) })),
    federation: isWoven ? withOneHit(federation) : federation,
  });
}

/** A node that needs no hits finds the words of a hybrid query good enough, and leaves out what only a vector finds. */
function withOneHit(federation: JsonObject): JsonObject {
  const sizes = ["limit", "hitsPerPage"].filter((size) => federation[size] === 0);
  return { ...federation, ...Object.fromEntries(sizes.map((size) => [size, 1])) };
}

/** A query of the same kind, for the rules of all queries must be alike, that no node embeds or leaves half unanswered. */
function countingQuery({ body, kind, position }: BatchQuery, vectors: Vectors): JsonObject {
  if (kind.kind === "keyword") return body;
  const vector = vectors.get(position);
  if (vector === undefined) {
    const { hybrid: _hybrid, vector: _vector, media: _media, ...words } = body;
    return words;
  }
  const byVector = withVector(body, vector);
  if (kind.kind === "semantic") return byVector;
  return { ...byVector, hybrid: { embedder: kind.embedder, semanticRatio: ALL_BUT_SEMANTIC } };
}
