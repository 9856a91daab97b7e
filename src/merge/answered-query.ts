import type { JsonObject } from "../core/types.ts";
import { objectsOf } from "./answer-shape.ts";
import { mergeHits } from "./hits.ts";
import { type HybridHits, type HybridMerge, hybridHits, mergeHybrid } from "./hybrid.ts";
import { bodiesInOrder, type Part } from "./part.ts";
import { type MergedSearch, mergeSearch, type SearchMerge } from "./search.ts";
import type { SearchKind } from "./search-kind.ts";

/** A query of any kind with what nodes answered to its searches by words and by vector. */
export interface AnsweredQuery extends Omit<SearchMerge, "parts"> {
  readonly kind: SearchKind;
  readonly keyword: readonly Part[];
  readonly semantic: readonly Part[];
}

/** The answer to a query as one node with all documents would give it. */
export function mergeQuery(query: AnsweredQuery): MergedSearch {
  const { kind } = query;
  if (kind.kind === "hybrid") return mergeHybrid(asHybrid(query, kind));
  return mergeSearch({ ...query, parts: onlyParts(query) });
}

/** The hits of a query before they are cut to a page. */
export interface QueryHits extends HybridHits {
  /** The nodes' lists of hits by words; those by vector where there are no words. */
  readonly lists: readonly (readonly JsonObject[])[];
}

/** The merged hits of a query that is one of several. */
export function queryHits(query: AnsweredQuery): QueryHits {
  const { kind, plan } = query;
  const parts = onlyParts(query);
  const bodies = bodiesInOrder(parts);
  const lists = bodies.map((body) => objectsOf(body["hits"], "`hits`"));
  if (kind.kind === "hybrid") return { ...hybridHits(asHybrid(query, kind)), lists };
  return { merged: mergeHits(lists, plan), bodies, lists, reasons: [] };
}

function onlyParts({ kind, keyword, semantic }: AnsweredQuery): readonly Part[] {
  return kind.kind === "semantic" ? semantic : keyword;
}

function asHybrid(query: AnsweredQuery, { semanticRatio }: Extract<SearchKind, { kind: "hybrid" }>): HybridMerge {
  return { ...query, semanticRatio, primaryKey: query.view.primaryKey ?? "" };
}
