import type { JsonObject } from "../core/types.ts";
import { badAnswer, isObject, numberOf, objectsOf } from "./answer-shape.ts";
import { kWayMerge } from "./k-way.ts";
import { bodiesInOrder, type Part } from "./part.ts";
import type { SearchView } from "./search-view.ts";
import { stripHit } from "./strip.ts";
import { sumTotals } from "./totals.ts";

/** What a user asked of similar documents, once a node has found it right. */
export interface SimilarWindow {
  readonly offset: number;
  readonly limit: number;
  readonly threshold: number | null;
}

/** Input of {@link mergeSimilar}. */
export interface SimilarMerge {
  readonly window: SimilarWindow;
  readonly show: { readonly score: boolean; readonly details: boolean };
  readonly view: Pick<SearchView, "displayedAttributes" | "maxTotalHits">;
  readonly hidden: readonly string[];
  /** The owner's answer for the shard of the document itself, which leaves the document out. */
  readonly own: Part;
  /** The answers to the vector search of the other shards. */
  readonly others: readonly Part[];
}

/** Merged similar documents. */
export interface MergedSimilar {
  readonly body: JsonObject;
  /** Why hits may differ from one node's. */
  readonly reasons: readonly string[];
}

/** Merges neighbours by similarity alone, as the server finds them, and counts as it does. */
export function mergeSimilar(merge: SimilarMerge): MergedSimilar {
  const { window, show, view, hidden, own, others } = merge;
  const bodies = bodiesInOrder([own, ...others]);
  const lists = bodies.map(neighboursOf);
  const wanted = window.offset + window.limit;
  const hits: JsonObject[] = [];
  if (wanted > 0) {
    const visit = (hit: JsonObject) => hits.push(hit) < wanted;
    kWayMerge({ lists, keyOf: similarityOf, compare: (left, right) => right - left, visit });
  }
  const page = hits.slice(window.offset);
  const kept = window.threshold === null ? page.length : firstBelow(page, window.threshold);
  // The hit below the threshold ends the list, and then only what was seen before it counts.
  const total = kept < page.length ? window.offset + kept : sumTotals(bodies);
  const plan = { keepScore: show.score, keepDetails: show.details, hitExtras: [], formattedExtras: [], hidden };
  const body: JsonObject = {
    hits: page.slice(0, kept).map((hit) => stripHit(onlySimilarity(hit), { plan, view })),
    id: bodies[0]["id"] ?? "",
    processingTimeMs: Math.max(...bodies.map((each) => numberOf(each["processingTimeMs"] ?? 0, "the time"))),
    limit: window.limit,
    offset: window.offset,
    estimatedTotalHits: Math.min(total, view.maxTotalHits),
  };
  const details = bodies.find((each) => isObject(each["performanceDetails"]))?.["performanceDetails"];
  if (details !== undefined) body["performanceDetails"] = details;
  return { body, reasons: [...doubts(bodies.slice(1), { wanted, view })] };
}

/** A vector search lists documents without vectors last; they are nobody's neighbours. Custom rules may have gone first. */
function neighboursOf(body: JsonObject): JsonObject[] {
  const hits = objectsOf(body["hits"], "`hits`").filter((hit) => (vectorSort(hit)["similarity"] ?? null) !== null);
  return hits.sort((left, right) => similarityOf(right) - similarityOf(left));
}

/** A search tells the values of custom rules too, which similar documents are not ordered by. */
function onlySimilarity(hit: JsonObject): JsonObject {
  return { ...hit, _rankingScoreDetails: { vectorSort: { order: 0, similarity: similarityOf(hit) } } };
}

function vectorSort(hit: JsonObject): JsonObject {
  const details = hit["_rankingScoreDetails"];
  const sort = isObject(details) ? details["vectorSort"] : undefined;
  if (!isObject(sort)) throw badAnswer("a neighbour has no similarity");
  return sort;
}

function similarityOf(hit: JsonObject): number {
  return numberOf(vectorSort(hit)["similarity"], "the similarity");
}

function firstBelow(page: readonly JsonObject[], threshold: number): number {
  const at = page.findIndex((hit) => similarityOf(hit) < threshold);
  return at === -1 ? page.length : at;
}

function* doubts(
  bodies: readonly JsonObject[],
  { wanted, view }: { readonly wanted: number; readonly view: Pick<SearchView, "maxTotalHits"> },
): Generator<string> {
  const isCut = bodies.some((body) => {
    const { length } = objectsOf(body["hits"], "`hits`");
    return length < wanted && length >= view.maxTotalHits && length < sumTotals([body]);
  });
  if (isCut) yield "A node answers with no more than `maxTotalHits` neighbours.";
}
