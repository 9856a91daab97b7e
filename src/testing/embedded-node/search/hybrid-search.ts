import type { JsonObject } from "../../../core/types.ts";
import { injectPins, type Pin, sortedPins, takePins } from "../../../merge/pins.ts";
import { compareScoreValues, scoreValuesOf } from "../../../merge/score-values.ts";
import { documentId } from "../documents/document-id.ts";
import { BARE_DETAILS, type EngineHit, type EngineSearch, type Likeness } from "../engine/contract.ts";
import { ApiError } from "../http/api-error.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { distinctKeys } from "./distinct-keys.ts";
import { embedderOf, likenessTo } from "./nearest.ts";
import type { SearchQuery } from "./search-query.ts";
import { isPaged, paging, skipOf, takeOf } from "./search-window.ts";

/** Keyword hits at least this good make the semantic half unnecessary. */
const GOOD_ENOUGH = 0.45;

/** A query brought down to what decides how it is answered. */
type Search =
  | { readonly by: "words"; readonly isSemantic: boolean }
  | { readonly by: "vector"; readonly likeness: Likeness; readonly vector: readonly number[] }
  | {
      readonly by: "both";
      readonly likeness: Likeness;
      readonly vector: readonly number[];
      readonly semanticRatio: number;
      readonly keyword: Half;
    };

/** A query of one index: as the engine reads it, and as it was sent. */
export interface Asked {
  readonly index: EmbeddedIndex;
  readonly search: EngineSearch;
  readonly query: SearchQuery;
}

/** Answers a search by words, by vector or by both, as its `hybrid` member says. Without one, by words. */
export function hybridSearch(asked: Asked): JsonObject {
  const { index, search, query } = asked;
  const way = wayOf(asked);
  switch (way.by) {
    case "words":
      return { ...index.engine.search(index.uid, search), ...(way.isSemantic ? { semanticHitCount: 0 } : {}) };
    case "vector": {
      const asked = { ...withoutWords(search), showRankingScoreDetails: true };
      const { query: _, hits, ...answer } = index.engine.search(index.uid, asked, way.likeness);
      const found = hits as JsonObject[];
      const semanticHitCount = takePins([found]).lists[0]?.length ?? 0;
      const shown = search.showRankingScoreDetails === true ? found : found.map(withoutDetails);
      return { hits: shown, ...answer, query: query.q ?? "", ...queryVector(search, way.vector), semanticHitCount };
    }
    case "both":
      return woven(asked, way);
  }
}

function withoutDetails({ _rankingScoreDetails: _, ...hit }: JsonObject): JsonObject {
  return hit;
}

/** Whether everything that passes the filter is found, because a vector has its say. */
export function isByVector(asked: Asked): boolean {
  return wayOf(asked).by !== "words";
}

function wayOf(asked: Asked): Search {
  const { index, query } = asked;
  const { hybrid = null, vector = null, q = null } = query;
  if (hybrid === null) return { by: "words", isSemantic: false };
  const { semanticRatio = 0.5 } = hybrid;
  const hasWords = q !== null && q.trim() !== "";
  if (!hasWords && vector === null) return { by: "words", isSemantic: false };
  const embedder = embedderOf(index, hybrid.embedder, "invalid_search_embedder");
  if (semanticRatio === 0) return { by: "words", isSemantic: false };
  if (vector === null) {
    if (semanticRatio === 1) throw cannotEmbed(q ?? "");
    return { by: "words", isSemantic: true };
  }
  const likeness = likenessTo(index, { embedder, vector });
  if (!hasWords || semanticRatio === 1) return { by: "vector", likeness, vector };
  const keyword = weighed(asked, Math.fround(1 - semanticRatio), undefined);
  return isGoodEnough(asked, keyword)
    ? { by: "words", isSemantic: true }
    : { by: "both", likeness, vector, semanticRatio, keyword };
}

function isGoodEnough(asked: Asked, { hits, pins }: Half): boolean {
  const all = [...hits, ...pins.map(({ hit }) => hit)];
  return all.length >= requiredOf(asked) && all.every(({ weighedScore }) => weighedScore >= GOOD_ENOUGH);
}

/** The server's merge: walks both lists, the better head first and vectors on ties, each document once. */
function woven(
  asked: Asked,
  { semanticRatio, likeness, keyword, vector }: Extract<Search, { by: "both" }>,
): JsonObject {
  const { index, search, query } = asked;
  const semantic = weighed(asked, Math.fround(semanticRatio), likeness);
  const distinct = search.distinct ?? index.settings.distinctAttribute;
  const seen = new Set<string>();
  const isNew = ({ docid }: WeighedHit) => {
    const document = index.engine.get(docid) ?? {};
    const keys = [`docid ${docid}`, ...(typeof distinct === "string" ? distinctKeys(document, distinct) : [])];
    const isRepeated = keys.some((key) => seen.has(key));
    // Whatever is like a document that is taken goes with it; what is left out itself takes nothing along.
    for (const key of isRepeated ? keys.slice(0, 1) : keys) seen.add(key);
    return !isRepeated;
  };
  const known = new Set(keyword.pins.map(({ hit }) => hit.docid));
  const pins = sortedPins([...keyword.pins, ...semantic.pins.filter(({ hit }) => !known.has(hit.docid))]);
  for (const { hit } of pins) seen.add(`docid ${hit.docid}`);
  const ranked = inTurn(semantic.hits, keyword.hits).filter(isNew);
  const { list } = injectPins(ranked, pins, requiredOf(asked));
  const page = list.slice(skipOf(query), skipOf(query) + takeOf(query));
  const { facetDistribution, facetStats } = semantic.answer;
  return {
    hits: page.map(({ hit }) => hit),
    query: query.q ?? "",
    ...paging(query, semantic.total),
    ...(facetDistribution === undefined ? {} : { facetDistribution, facetStats: facetStats ?? {} }),
    ...queryVector(search, vector),
    semanticHitCount: page.filter(({ isSemantic }) => isSemantic).length,
  };
}

interface WeighedHit {
  readonly docid: number;
  readonly isSemantic: boolean;
  /** As it is shown. */
  readonly hit: JsonObject;
  readonly weighedScore: number;
  readonly worth: ReturnType<typeof scoreValuesOf>["values"];
}

interface Half {
  readonly hits: readonly WeighedHit[];
  /** Hits that search rules put at a place; they are worth nothing beside others. */
  readonly pins: readonly Pin<WeighedHit>[];
  readonly total: number;
  readonly answer: JsonObject;
}

/** One half of a hybrid search: the hits that the page may need, with what they are worth. */
function weighed(asked: Asked, weight: number, likeness: Likeness | undefined): Half {
  const { index, search, query } = asked;
  const primaryKey = index.primaryKey ?? "";
  const { attributesToRetrieve: retrieve, page: _, hitsPerPage: __, ...rest } = search;
  const isIdHidden = Array.isArray(retrieve) && !retrieve.includes("*") && !retrieve.includes(primaryKey);
  const required = requiredOf(asked);
  const answer = index.engine.search(
    index.uid,
    {
      ...rest,
      ...(isPaged(query) ? { page: 1, hitsPerPage: required } : { offset: 0, limit: required }),
      ...(retrieve === undefined ? {} : { attributesToRetrieve: isIdHidden ? [...retrieve, primaryKey] : retrieve }),
      ...{ showRankingScore: true, showRankingScoreDetails: true, carriesBareDetails: true },
    },
    likeness,
  );
  const { lists, pins } = takePins([answer["hits"] as JsonObject[]]);
  const weigh = (raw: EngineHit, isPinned: boolean): WeighedHit => {
    const { _rankingScore: score = 0, _rankingScoreDetails: details = {}, ...hit } = raw;
    const docid = index.docidOf(documentId(hit, primaryKey)) ?? -1;
    if (isIdHidden) delete hit[primaryKey];
    if (search.showRankingScore === true) hit["_rankingScore"] = score;
    if (search.showRankingScoreDetails === true) hit["_rankingScoreDetails"] = details;
    const compared = { ...raw, _rankingScoreDetails: raw[BARE_DETAILS] ?? details };
    const worth = isPinned ? [] : scoreValuesOf(compared, weight).values;
    const isSemantic = !isPinned && likeness !== undefined;
    return { docid, isSemantic, hit, weighedScore: Number(score) * weight, worth };
  };
  const hits = (lists[0] ?? []).map((raw) => weigh(raw, false));
  const placed = pins.map(({ position, hit }) => ({ position, hit: weigh(hit, true) }));
  return { hits, pins: placed, total: Number(answer["totalHits"] ?? answer["estimatedTotalHits"]), answer };
}

function inTurn(left: readonly WeighedHit[], right: readonly WeighedHit[]): WeighedHit[] {
  const merged: WeighedHit[] = [];
  let [atLeft, atRight] = [0, 0];
  for (;;) {
    const [a, b] = [left[atLeft], right[atRight]];
    if (a !== undefined && (b === undefined || compareScoreValues(a.worth, b.worth) <= 0)) {
      merged.push(a);
      atLeft += 1;
    } else if (b !== undefined) {
      merged.push(b);
      atRight += 1;
    } else return merged;
  }
}

function requiredOf({ index, query }: Asked): number {
  return Math.min(skipOf(query) + takeOf(query), index.maxTotalHits);
}

/** A search by vector alone forgets its words. */
function withoutWords({ q: _, attributesToSearchOn: __, ...search }: EngineSearch): EngineSearch {
  return search;
}

function queryVector({ retrieveVectors }: EngineSearch, vector: readonly number[]): JsonObject {
  return retrieveVectors === true ? { queryVector: [...vector] } : {};
}

function cannotEmbed(text: string): ApiError {
  const words =
    "Error while generating embeddings: user error: attempt to embed the following text in a configuration where embeddings must be user provided:";
  return new ApiError("vector_embedding_error", `${words}\n  - \`${text}\``);
}
