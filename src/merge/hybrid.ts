import type { JsonObject } from "../core/types.ts";
import { numberOf, objectsOf } from "./answer-shape.ts";
import { valuesAt } from "./attribute-path.ts";
import { distinctFilter } from "./distinct.ts";
import { type MergedHits, mergeHits } from "./hits.ts";
import { bodiesInOrder, type Part } from "./part.ts";
import { injectPins, type Pin, sortedPins } from "./pins.ts";
import { compareScoreValues, type ScoreValues, scoreValuesOf } from "./score-values.ts";
import { type MergedSearch, presentSearch, type SearchMerge } from "./search.ts";

/** Input of {@link mergeHybrid}. */
export interface HybridMerge extends Omit<SearchMerge, "parts"> {
  readonly semanticRatio: number;
  readonly primaryKey: string;
  /** Answers to the search by words. */
  readonly keyword: readonly Part[];
  /** Answers to the search by vector; none when the words are good enough or the query could not be embedded. */
  readonly semantic: readonly Part[];
}

/** Hits by words that are worth at least this much make the search by vector unnecessary (milli `GOOD_ENOUGH_SCORE`). */
const GOOD_ENOUGH = 0.45;

/** Whether the words alone fill the page with good hits, over all nodes: then the query is not even embedded. */
export function isKeywordGoodEnough(merge: Omit<HybridMerge, "semantic">): boolean {
  const { hits } = mergeKeyword(merge);
  const weight = weightsOf(merge.semanticRatio).keyword;
  if (hits.length < merge.plan.required) return false;
  return hits.every((hit) => numberOf(hit["_rankingScore"], "`_rankingScore`") * weight >= GOOD_ENOUGH);
}

/** Replays the server's merge of the two halves of a hybrid search over the merged halves of all nodes. */
export function mergeHybrid(merge: HybridMerge): MergedSearch {
  const { merged, bodies, reasons } = hybridHits(merge);
  const { body, exactness } = presentSearch(merge, bodies, merged);
  const counted = { ...body, semanticHitCount: body["semanticHitCount"] ?? 0 };
  if (reasons.length === 0) return { body: counted, exactness };
  return {
    body: counted,
    exactness: { ...exactness, order: "approximate", reasons: [...exactness.reasons, ...reasons] },
  };
}

/** The hits of a hybrid search, and what they stand on. */
export interface HybridHits {
  readonly merged: MergedHits;
  /** Answers that tell how many documents there are: all by vector, or those by words when no vector took part. */
  readonly bodies: [JsonObject, ...JsonObject[]];
  /** Why one node may weave the halves in another way. */
  readonly reasons: readonly string[];
}

/** The list of {@link mergeHybrid} before it is cut to the page. */
export function hybridHits(merge: HybridMerge): HybridHits {
  if (merge.semantic.length === 0 || isKeywordGoodEnough(merge)) {
    return { merged: mergeKeyword(merge), bodies: bodiesInOrder(merge.keyword), reasons: [] };
  }
  const { reasons, ...merged } = weave(merge);
  return { merged, bodies: bodiesInOrder(merge.semantic), reasons: merge.semantic.length === 1 ? [] : reasons };
}

function mergeKeyword({ keyword, plan }: Omit<HybridMerge, "semantic">): MergedHits {
  return mergeHits(hitsOf(keyword), plan);
}

function hitsOf(parts: readonly Part[]): JsonObject[][] {
  return parts.length === 0 ? [] : bodiesInOrder(parts).map((body) => objectsOf(body["hits"], "`hits`"));
}

/** The server has the ratio, and what is left of it, in single precision. */
function weightsOf(semanticRatio: number): { readonly semantic: number; readonly keyword: number } {
  const semantic = Math.fround(semanticRatio);
  return { semantic, keyword: Math.fround(1 - semantic) };
}

interface Half {
  readonly hits: readonly JsonObject[];
  readonly worth: readonly ScoreValues[];
  readonly merged: MergedHits;
  readonly pins: readonly Pin[];
}

function halfOf(lists: readonly (readonly JsonObject[])[], { plan }: HybridMerge, weight: number): Half {
  const merged = mergeHits(lists, plan);
  const { ranked, pins } = merged;
  return { hits: ranked, merged, pins, worth: ranked.map((hit) => scoreValuesOf(hit, weight)) };
}

/** Takes the better head of both halves, the semantic one on ties, leaving out what was taken before. */
function weave(merge: HybridMerge): MergedHits & { readonly reasons: readonly string[] } {
  const weights = weightsOf(merge.semanticRatio);
  const keyword = halfOf(hitsOf(merge.keyword), merge, weights.keyword);
  const semantic = halfOf(hitsOf(merge.semantic).map(onlySemantic), merge, weights.semantic);
  const id = (hit: JsonObject) => String(valuesAt(hit, merge.primaryKey)[0]);
  const known = new Set(keyword.pins.map(({ hit }) => id(hit)));
  const pins = sortedPins([...keyword.pins, ...semantic.pins.filter(({ hit }) => !known.has(id(hit)))]);
  const seen = new Set(pins.map(({ hit }) => id(hit)));
  const distinct = merge.plan.distinct === null ? undefined : distinctFilter(merge.plan.distinct);
  const hits: JsonObject[] = [];
  for (const hit of inTurn(semantic, keyword)) {
    if (hits.length >= merge.plan.required) break;
    if (seen.has(id(hit))) continue;
    seen.add(id(hit));
    if (distinct?.accepts(hit) !== false) hits.push(hit);
  }
  const { list, ...placed } = injectPins(hits, pins, merge.plan.required);
  return {
    ...{ hits: list, ...placed },
    rejected: semantic.merged.rejected,
    isMultiValued: semantic.merged.isMultiValued || keyword.merged.isMultiValued,
    isCutOff: semantic.merged.isCutOff || keyword.merged.isCutOff,
    reasons: [...doubts(keyword, merge.request)],
  };
}

/**
 * Without the hits by words that stand in for documents without a vector; they are among the hits by words themselves,
 * where these can reach the page.
 */
function onlySemantic(hits: readonly JsonObject[]): JsonObject[] {
  return hits.filter((hit) => {
    const details = Object(hit["_rankingScoreDetails"]);
    return Object.hasOwn(details, "vectorSort") || Object.hasOwn(details, "pin");
  });
}

function* inTurn(left: Half, right: Half): Generator<JsonObject> {
  let [atLeft, atRight] = [0, 0];
  for (;;) {
    const [a, b] = [left.worth[atLeft], right.worth[atRight]];
    const isLeft = a !== undefined && (b === undefined || compareScoreValues(a.values, b.values) <= 0);
    const hit = isLeft ? left.hits[atLeft++] : right.hits[atRight++];
    if (hit === undefined) return;
    yield hit;
  }
}

function* doubts({ worth }: Half, { q, attributesToSearchOn = null }: JsonObject): Generator<string> {
  if (worth.length > 0) yield "Scores of hits by words are fractions of each node's own largest values.";
  if (worth.some(({ isEstimate }) => isEstimate)) {
    yield "Nodes do not tell the exact score of ranking rules on one side of a sort.";
  }
  if (attributesToSearchOn !== null && String(q).includes("-")) {
    yield "What is found by vector is left out for unwanted words in any attribute.";
  }
}
