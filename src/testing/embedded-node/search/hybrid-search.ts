import type { JsonObject } from "../../../core/types.ts";
import { documentId } from "../documents/document-id.ts";
import type { EngineSearch } from "../engine/contract.ts";
import { ApiError } from "../http/api-error.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { embedderOf, type Neighbour, nearest } from "./nearest.ts";
import type { SearchQuery } from "./search-query.ts";
import { paging, skipOf, takeOf } from "./search-window.ts";
import { semanticHit } from "./semantic-hit.ts";

/** Keyword hits at least this good make the semantic half unnecessary. */
const GOOD_ENOUGH = 0.45;

/** A hybrid query brought down to what decides how it is answered. */
interface HybridSearch {
  readonly index: EmbeddedIndex;
  readonly search: EngineSearch;
  readonly query: SearchQuery;
  readonly semanticRatio: number;
}

/** Answers a search by words, by vector or by both, as its `hybrid` member says. Without one, by words. */
export function hybridSearch(index: EmbeddedIndex, search: EngineSearch, query: SearchQuery): JsonObject {
  const { hybrid = null, vector = null, q = null } = query;
  if (hybrid === null) return index.engine.search(index.uid, search);
  const { semanticRatio = 0.5 } = hybrid;
  const hasWords = q !== null && q.trim() !== "";
  if (!hasWords && vector === null) return index.engine.search(index.uid, search);
  const embedder = embedderOf(index, hybrid.embedder, "invalid_search_embedder");
  if (semanticRatio === 0) return index.engine.search(index.uid, search);
  const both: HybridSearch = { index, search, query, semanticRatio };
  if (vector === null) {
    if (semanticRatio === 1) throw cannotEmbed(q ?? "");
    return { ...index.engine.search(index.uid, search), semanticHitCount: 0 };
  }
  const neighbours = nearest(index, index.engine.select(search.filter, "invalid_search_filter"), { embedder, vector });
  return hasWords && semanticRatio < 1 ? merged(both, neighbours) : semanticOnly(both, neighbours);
}

function semanticOnly(search: HybridSearch, neighbours: readonly Neighbour[]): JsonObject {
  const good = aboveThreshold(search, neighbours);
  const page = pageOf(good, search).map((neighbour) => semanticHit(search.index, neighbour, search.search));
  return answer(search, { page, total: good.length, semanticHitCount: page.length });
}

/** The server's merge: walks both lists, vectors first on ties, each score weighed by its side of the ratio. */
function merged(search: HybridSearch, neighbours: readonly Neighbour[]): JsonObject {
  const { index, semanticRatio } = search;
  const keyword = keywordHits(search);
  const required = Math.min(skipOf(search.query) + takeOf(search.query), index.maxTotalHits);
  const isGoodEnough = keyword.every(({ score }) => score * (1 - semanticRatio) >= GOOD_ENOUGH);
  if (keyword.length >= required && isGoodEnough) {
    return { ...index.engine.search(index.uid, search.search), semanticHitCount: 0 };
  }
  const semantic = aboveThreshold(search, neighbours);
  const seen = new Set<number>();
  const list: { hit: () => JsonObject; isSemantic: boolean }[] = [];
  let [atSemantic, atKeyword] = [0, 0];
  while (atSemantic < semantic.length || atKeyword < keyword.length) {
    const left = semantic[atSemantic];
    const right = keyword[atKeyword];
    const isSemantic =
      left !== undefined &&
      (right === undefined || (left.similarity ?? 0) * semanticRatio >= right.score * (1 - semanticRatio));
    const docid = isSemantic ? left.docid : (right?.docid ?? -1);
    if (isSemantic) atSemantic += 1;
    else atKeyword += 1;
    if (seen.has(docid)) continue;
    seen.add(docid);
    list.push({ hit: isSemantic ? () => semanticHit(index, left, search.search) : () => right?.hit ?? {}, isSemantic });
  }
  const page = pageOf(list, search);
  const semanticHitCount = page.filter((item) => item.isSemantic).length;
  return answer(search, { page: page.map((item) => item.hit()), total: list.length, semanticHitCount });
}

/** Keyword hits with their scores and the documents behind them. */
function keywordHits({ index, search, query }: HybridSearch): { docid: number; score: number; hit: JsonObject }[] {
  const primaryKey = index.primaryKey ?? "";
  const retrieve = search.attributesToRetrieve;
  const isIdHidden = Array.isArray(retrieve) && !retrieve.includes("*") && !retrieve.includes(primaryKey);
  const { page, hitsPerPage, offset, limit, facets, ...plain } = search;
  const found = index.engine.search(index.uid, {
    ...plain,
    limit: skipOf(query) + takeOf(query),
    showRankingScore: true,
    ...(isIdHidden ? { attributesToRetrieve: [...retrieve, primaryKey] } : {}),
  });
  return (found["hits"] as JsonObject[]).map((raw) => {
    const { _rankingScore, ...hit } = raw;
    const docid = index.docidOf(documentId(hit, primaryKey)) ?? -1;
    if (isIdHidden) delete hit[primaryKey];
    const shown = search.showRankingScore === true ? { ...hit, _rankingScore: _rankingScore ?? 0 } : hit;
    return { docid, score: Number(_rankingScore), hit: shown };
  });
}

function aboveThreshold({ search }: HybridSearch, neighbours: readonly Neighbour[]): readonly Neighbour[] {
  const threshold = search.rankingScoreThreshold;
  if (typeof threshold !== "number") return neighbours;
  return neighbours.filter(({ similarity }) => (similarity ?? 0) >= threshold);
}

function pageOf<T>(items: readonly T[], { index, query }: HybridSearch): readonly T[] {
  const skip = skipOf(query);
  return items.slice(0, index.maxTotalHits).slice(skip, skip + takeOf(query));
}

/** Facets are those of every document that passes the filter: by vector all of them are candidates. */
function answer(
  { index, search, query }: HybridSearch,
  found: { page: readonly JsonObject[]; total: number; semanticHitCount: number },
): JsonObject {
  const facets = search.facets === undefined ? {} : facetsOf(index, search);
  return {
    hits: [...found.page],
    query: query.q ?? "",
    ...paging(query, found.total),
    ...facets,
    ...(search.retrieveVectors === true ? { queryVector: query.vector ?? [] } : {}),
    semanticHitCount: found.semanticHitCount,
  };
}

function facetsOf(index: EmbeddedIndex, { filter, facets }: EngineSearch): JsonObject {
  const { facetDistribution, facetStats } = index.engine.search(index.uid, {
    limit: 0,
    ...(filter === undefined ? {} : { filter }),
    ...(facets === undefined ? {} : { facets }),
  });
  return { facetDistribution: facetDistribution ?? {}, facetStats: facetStats ?? {} };
}

function cannotEmbed(text: string): ApiError {
  const words =
    "Error while generating embeddings: user error: attempt to embed the following text in a configuration where embeddings must be user provided:";
  return new ApiError("vector_embedding_error", `${words}\n  - \`${text}\``);
}
