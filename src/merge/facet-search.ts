import type { JsonObject } from "../core/types.ts";
import { badAnswer, numberOf, objectsOf } from "./answer-shape.ts";
import { compareCodePoints } from "./code-points.ts";
import { normalizeFacetValue } from "./facet-value.ts";
import { bodiesInOrder, type Part } from "./part.ts";
import type { SearchView } from "./search-view.ts";

/** Input of {@link mergeFacetSearch}. */
export interface FacetSearchMerge {
  /** The user's body. */
  readonly request: JsonObject;
  readonly view: Pick<SearchView, "facetMax" | "physicalFacetMax" | "sortFacetValuesBy" | "distinctAttribute">;
  readonly parts: readonly Part[];
}

/** A merged facet search. */
export interface MergedFacetSearch {
  readonly body: JsonObject;
  /** Why values or counts may differ from one node's, a sentence each; none when they do not. */
  readonly reasons: readonly string[];
}

interface FacetHit {
  readonly value: string;
  readonly count: number;
}

/** Sums the nodes' facet hits by value, orders them as one node does and cuts them at the logical limit. */
export function mergeFacetSearch({ request, view, parts }: FacetSearchMerge): MergedFacetSearch {
  const bodies = bodiesInOrder(parts);
  const facetName = String(request["facetName"]);
  const facetQuery = request["facetQuery"] ?? null;
  const lists = bodies.map((body) => objectsOf(body["facetHits"], "`facetHits`").map(facetHit));
  const order = view.sortFacetValuesBy[facetName] ?? view.sortFacetValuesBy["*"] ?? "alpha";
  const { hits, isRespelled } = sumHits(lists.flat());
  const inOrder = hits.sort(byText(facetQuery !== null));
  const facetHits = order === "count" ? mostFrequent(inOrder, view.facetMax) : inOrder.slice(0, view.facetMax);
  const processingTimeMs = Math.max(...bodies.map((body) => numberOf(body["processingTimeMs"] ?? 0, "the time")));
  const isCut = order === "count" && lists.some((list) => list.length >= view.physicalFacetMax);
  const reasons = lists.length > 1 ? [...doubts({ request, view, isCut, isRespelled })] : [];
  return { body: { facetHits: facetHits.map((hit) => ({ ...hit })), facetQuery, processingTimeMs }, reasons };
}

interface Facts extends Pick<FacetSearchMerge, "request" | "view"> {
  readonly isCut: boolean;
  readonly isRespelled: boolean;
}

function* doubts({ request, view, isCut, isRespelled }: Facts): Generator<string> {
  if (isCut) yield "A node cut off the values, of which those with the highest counts are shown.";
  if (isRespelled) yield "Documents spell a value differently.";
  if (view.distinctAttribute !== null) {
    yield `A node counts one document per value of the distinct attribute \`${view.distinctAttribute}\`, whatever others hold.`;
  }
  if ((request["rankingScoreThreshold"] ?? null) !== null) yield "Scores near the threshold depend on the node.";
  if (request["matchingStrategy"] === "frequency") {
    yield "Each node drops words by their frequency among its own documents.";
  }
}

function facetHit(hit: JsonObject): FacetHit {
  if (typeof hit["value"] !== "string") throw badAnswer("a facet hit has no value");
  return { value: hit["value"], count: numberOf(hit["count"], "the count of a facet hit") };
}

/** Values that differ only by case or spelling are one value to the server; the more frequent form is shown. */
function sumHits(hits: readonly FacetHit[]): { hits: FacetHit[]; isRespelled: boolean } {
  const groups = new Map<string, { shown: FacetHit; count: number }>();
  let isRespelled = false;
  for (const hit of hits) {
    const normal = normalizeFacetValue(hit.value);
    const group = groups.get(normal);
    if (group === undefined) {
      groups.set(normal, { shown: hit, count: hit.count });
      continue;
    }
    isRespelled ||= group.shown.value !== hit.value;
    if (hit.count > group.shown.count) group.shown = hit;
    group.count += hit.count;
  }
  return { hits: [...groups.values()].map(({ shown, count }) => ({ value: shown.value, count })), isRespelled };
}

/**
 * The hits with the highest counts, larger values first where counts are equal. As on the server, a later hit pushes out
 * the least one kept when its count is no smaller (milli `ValuesCollection::insert`).
 */
function mostFrequent(inOrder: readonly FacetHit[], max: number): FacetHit[] {
  const kept: FacetHit[] = [];
  for (const hit of inOrder) {
    const least = kept[kept.length - 1];
    if (kept.length >= max) {
      if (least === undefined || least.count > hit.count) continue;
      kept.pop();
    }
    const at = kept.findIndex((other) => byCount(hit, other) < 0);
    kept.splice(at < 0 ? kept.length : at, 0, hit);
  }
  return kept;
}

function byCount(left: FacetHit, right: FacetHit): number {
  return right.count - left.count || compareCodePoints(right.value, left.value);
}

/** With a facet query the server walks values without their accents, otherwise in facet order. */
function byText(hasQuery: boolean): (left: FacetHit, right: FacetHit) => number {
  return (left, right) => {
    const [a, b] = [normalizeFacetValue(left.value), normalizeFacetValue(right.value)];
    const withoutMarks = hasQuery ? compareCodePoints(withoutAccents(a), withoutAccents(b)) : 0;
    return withoutMarks || compareCodePoints(a, b);
  };
}

function withoutAccents(decomposed: string): string {
  return decomposed.replace(/\p{Mn}/gu, "");
}
