import { customRuleAttributes } from "../cluster/settings/merge-attributes.ts";
import type { JsonObject } from "../core/types.ts";
import { NO_DISTINCT } from "../routing/reserved.ts";
import { hiddenExtras } from "./hidden-attributes.ts";
import type { SearchView } from "./search-view.ts";
import { shardAttributes } from "./shard-attributes.ts";
import type { SimilarMerge, SimilarWindow } from "./similar.ts";

/** What nodes are asked for similar documents, and how to merge their answers. */
export interface SimilarPlan extends Pick<SimilarMerge, "window" | "show" | "hidden"> {
  readonly embedder: string;
  /** Body of the owner's `similar`. */
  readonly own: JsonObject;
  /** Body of the other shards' search, the vector not included. */
  readonly others: JsonObject;
}

/** Fields that mean the same to a search. */
const SHARED = ["filter", "attributesToRetrieve", "retrieveVectors", "showRankingScore", "showPerformanceDetails"];

/** Plans a request for similar documents; what a node refuses is sent to the owner as it came. */
export function planSimilar(request: JsonObject, view: SearchView): SimilarPlan {
  const window = windowOf(request);
  const hidden = hiddenExtras(view);
  const { body: lists } = shardAttributes(request, { view, hidden, distinct: null });
  const own: JsonObject = { ...request, ...lists };
  if (isCount(request["offset"] ?? 0)) own["offset"] = 0;
  if (isCount(request["limit"] ?? 20)) own["limit"] = window.offset + window.limit;
  if (typeof (request["showRankingScoreDetails"] ?? true) === "boolean") own["showRankingScoreDetails"] = true;
  if (window.threshold !== null) delete own["rankingScoreThreshold"]; // it ends the merged list, not each node's

  const shared = SHARED.filter((field) => own[field] !== undefined).map((field) => [field, own[field] ?? null]);
  const others: JsonObject = { ...Object.fromEntries(shared), distinct: NO_DISTINCT, showRankingScoreDetails: true };
  // A search goes by custom rules too, and the most similar documents may be last by them.
  others["limit"] = customRuleAttributes(view.rankingRules).length > 0 ? view.maxTotalHits : (own["limit"] ?? 0);
  const show = { score: request["showRankingScore"] === true, details: request["showRankingScoreDetails"] === true };
  return { window, show, hidden, embedder: String(request["embedder"]), own, others };
}

function windowOf(request: JsonObject): SimilarWindow {
  const { offset, limit, rankingScoreThreshold: threshold } = request;
  const isThreshold = typeof threshold === "number" && threshold >= 0 && threshold <= 1;
  return {
    offset: isCount(offset) ? offset : 0,
    limit: isCount(limit) ? limit : 20,
    threshold: isThreshold ? threshold : null,
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
