import { customRuleAttributes } from "../cluster/settings/merge-attributes.ts";
import type { JsonObject, JsonValue } from "../core/types.ts";
import type { AddedPath } from "./attribute-path.ts";
import { expandFacets } from "./facet-names.ts";
import { hiddenExtras } from "./hidden-attributes.ts";
import { type PinPrecedence, pinPrecedence } from "./pin-precedence.ts";
import { isHeldWhole } from "./rule-alternatives.ts";
import type { SearchView } from "./search-view.ts";
import { nodeWindow, refusedPaging, requiredHits, type SearchWindow, windowOf } from "./search-window.ts";
import { shardAttributes } from "./shard-attributes.ts";
import { withPrimaryKey } from "./with-primary-key.ts";

/** What was added to a node's request, and so must be taken out of the merged answer again. */
export interface MergePlan {
  readonly window: SearchWindow;
  /** Hits that the merged list may have at most before it is cut to the window. */
  readonly required: number;
  /** Whether hits carry rule values to be ordered by. */
  readonly ordered: boolean;
  /** True when a node that has all documents was asked for just the window, which needs no merge and no cut. */
  readonly isWhole: boolean;
  readonly keepScore: boolean;
  readonly keepDetails: boolean;
  /** The attribute whose values must be unique over the merged list, null for none. */
  readonly distinct: string | null;
  /** False when hits do not carry the distinct attribute, so that duplicates of different nodes stay. */
  readonly isDistinctVisible: boolean;
  /** What to remove from hits: added for the merge only. */
  readonly hitExtras: readonly AddedPath[];
  /** What to remove from `_formatted`. */
  readonly formattedExtras: readonly AddedPath[];
  /** Attributes that nodes display but users must not see: hidden in `_matchesPosition` and in rule details. */
  readonly hidden: readonly string[];
  /** True when facets are part of the answer. */
  readonly facets: boolean;
  /** Which of the pinned hits come first, where their positions do not tell. */
  readonly precedence: PinPrecedence | undefined;
  /** True when nodes cannot tell for sure which search rules apply, or show all that these pin. */
  readonly isPinningUnsure: boolean;
}

/** A node's request and how to merge the answers to it. */
export interface ShardSearch {
  readonly body: JsonObject;
  readonly plan: MergePlan;
}

/**
 * Builds the body that each node is sent for a user's search (shard filter not included) and the plan to merge the
 * answers. What a node would refuse is sent on as it came, so that the refusal is a node's own.
 */
export function planSearch(request: JsonObject, view: SearchView): ShardSearch {
  const window = windowOf(request);
  // Each index's list is cut at maxTotalHits before anything is sliced, on one node as here.
  const required = Math.min(requiredHits(window), view.maxTotalHits);
  const keepScore = request["showRankingScore"] === true;
  const keepDetails = request["showRankingScoreDetails"] === true;
  const ordered = required > 0 && (keepDetails || isRanked(request, view));
  const distinct = textAt(request, "distinct") ?? view.distinctAttribute;
  const hidden = hiddenExtras(view);
  const attributes = shardAttributes(request, { view, hidden, distinct });
  const facets = expandFacets(request["facets"], view.filterableAttributes);

  const precedence = ordered ? pinPrecedence(view.searchRules?.pins ?? [], view.primaryKey) : undefined;
  const asked = Math.min(Math.max(required, precedence?.reach ?? 0), view.maxTotalHits);

  const { offset: _offset, limit: _limit, page: _page, hitsPerPage: _hitsPerPage, ...rest } = request;
  const body: JsonObject = { ...rest, ...attributes.body, ...nodeWindow(window, asked), ...refusedPaging(request) };
  if (facets !== null) body["facets"] = facets;
  if (ordered && isFlag(request["showRankingScoreDetails"])) body["showRankingScoreDetails"] = true;
  const { hitExtras, formattedExtras, isDistinctVisible } = attributes;
  const plan: MergePlan = {
    ...{ window, required, ordered, isWhole: false, keepScore, keepDetails, distinct, isDistinctVisible },
    ...{ hitExtras, formattedExtras, hidden, facets: hasFacets(request), precedence },
    isPinningUnsure:
      view.searchRules?.isOutdated === true ||
      (precedence?.reach ?? 0) > asked ||
      !isHeldWhole(request["filter"], view),
  };
  return precedence === undefined ? { body, plan } : withPrimaryKey(request, { body, plan }, view.primaryKey);
}

/** Adds one more condition to a user's filter without rewriting the user's own expression. */
export function withShardFilter(filter: JsonValue | undefined, expression: string): JsonValue {
  return [...conditionsOf(filter), expression];
}

/** What a user's filter asks for, all of which a document must fulfil. */
export function conditionsOf(filter: JsonValue | undefined): readonly JsonValue[] {
  if (filter === undefined || filter === null) return [];
  return Array.isArray(filter) ? filter : [filter];
}

function isFlag(value: JsonValue | undefined): boolean {
  return value === undefined || typeof value === "boolean";
}

/** Whether a search asks for facets. An empty list counts as none, and the answer then has no facet fields. */
export function hasFacets(request: JsonObject): boolean {
  return Array.isArray(request["facets"]) && request["facets"].length > 0;
}

/** False when no rule can tell two hits apart: an empty query without sort, custom rules or vectors. */
function isRanked(request: JsonObject, view: SearchView): boolean {
  if ((textAt(request, "q") ?? "").trim() !== "") return true;
  if (Array.isArray(request["sort"]) && request["sort"].length > 0) return true;
  if (["hybrid", "vector", "media"].some((field) => (request[field] ?? null) !== null)) return true;
  return view.searchRules !== undefined || customRuleAttributes(view.rankingRules).length > 0;
}

function textAt(request: JsonObject, field: string): string | undefined {
  const value = request[field];
  return typeof value === "string" ? value : undefined;
}
