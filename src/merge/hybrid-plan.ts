import type { JsonObject } from "../core/types.ts";
import { isObject, isTextList } from "./answer-shape.ts";
import type { SearchKind } from "./search-kind.ts";
import type { SearchView } from "./search-view.ts";
import { searchedAnywhere } from "./searched-anywhere.ts";
import { type MergePlan, planSearch } from "./shard-request.ts";
import { withPrimaryKey } from "./with-primary-key.ts";

/** What nodes are asked for the two halves of a hybrid search, and how to merge the answers. */
export interface HybridPlan {
  /** Body of the search by words. */
  readonly keyword: JsonObject;
  /** Body of the search by vector, the vector not included. */
  readonly semantic: JsonObject;
  /** Attribute that tells documents apart; hits of both halves carry it. */
  readonly primaryKey: string;
  readonly plan: MergePlan;
}

/** So near 1 (in single precision) that no hit by words beats one by vector that is like the query at all. */
export const ALL_BUT_SEMANTIC = 0.9999999;

/** Plans the halves of a hybrid search. */
export function planHybrid(
  request: JsonObject,
  { embedder }: Extract<SearchKind, { kind: "hybrid" }>,
  view: SearchView,
): HybridPlan {
  const { hybrid: _hybrid, vector: _vector, media: _media, ...words } = request;
  const { body, plan } = withPrimaryKey(request, planSearch(words, view), view.primaryKey);
  const isScored = typeof (request["showRankingScore"] ?? true) === "boolean";
  const isDetailed = typeof (request["showRankingScoreDetails"] ?? true) === "boolean";
  const keyword: JsonObject = {
    ...body,
    ...(isScored ? { showRankingScore: true } : {}),
    ...(isDetailed ? { showRankingScoreDetails: true } : {}),
  };
  const semantic = needsWords(request)
    ? { ...keyword, hybrid: { embedder, semanticRatio: ALL_BUT_SEMANTIC } }
    : { ...searchedAnywhere(keyword), hybrid: { embedder, semanticRatio: 1 } };
  return { keyword, semantic, primaryKey: view.primaryKey ?? "", plan: { ...plan, ordered: true } };
}

/** Whether a planned search is one by vector that has words in name only. */
export function isByVector(body: JsonObject): boolean {
  return isObject(body["hybrid"]) && body["hybrid"]["semanticRatio"] === ALL_BUT_SEMANTIC;
}

/**
 * On one server the words also mark what is found by vector, and those not wanted leave it out. A search by vector alone
 * forgets them, so nodes are then asked for one that is hybrid in name.
 */
function needsWords(request: JsonObject): boolean {
  const isMarked = ["attributesToHighlight", "attributesToCrop"].some((field) => {
    const names = request[field];
    return isTextList(names) && names.length > 0;
  });
  return isMarked || request["showMatchesPosition"] === true || String(request["q"]).includes("-");
}
