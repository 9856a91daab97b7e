import type { JsonObject, JsonValue } from "../core/types.ts";
import { isTextList } from "./answer-shape.ts";
import { valuesAt } from "./attribute-path.ts";
import { sliceStart } from "./search-window.ts";
import type { MergePlan, ShardSearch } from "./shard-request.ts";
import { withPrimaryKey } from "./with-primary-key.ts";

/** From this offset on, and from this many windows before it on, hits are ranked first and fetched then. */
const DEEP = 100;
const WINDOWS_BEFORE = 2;

/** What shapes a hit and has no part in its rank. */
const SHAPING = ["attributesToRetrieve", "attributesToHighlight", "attributesToCrop", "showMatchesPosition"] as const;

/** A search for a deep page: which documents are on it, then what they look like. */
export interface TwoSteps {
  /** What nodes are asked first: ids, and what ranks them. */
  readonly ranking: JsonObject;
  /** What nodes are asked then, each for its own window of its own list. */
  readonly shaping: JsonObject;
  /** How the hits of both are merged and shown. */
  readonly plan: MergePlan;
  readonly primaryKey: string;
}

/**
 * A search in two steps, undefined where one is as good: the first hits, and hits without what takes room. Of a deep page
 * each node is otherwise asked for all documents before it.
 */
export function planTwoSteps(
  request: JsonObject,
  shared: ShardSearch,
  primaryKey: string | null,
): TwoSteps | undefined {
  const start = sliceStart(shared.plan.window);
  const length = shared.plan.required - start;
  if (primaryKey === null || length <= 0 || start < Math.max(DEEP, WINDOWS_BEFORE * length)) return undefined;
  if (!SHAPING.every((field) => isShape(request[field]))) return undefined;
  const { body, plan } = withPrimaryKey(request, shared, primaryKey);
  const ranking: JsonObject = { ...body, attributesToRetrieve: [primaryKey] };
  for (const field of SHAPING) if (field !== "attributesToRetrieve") delete ranking[field];
  const { facets: _facets, page: _page, hitsPerPage: _hitsPerPage, ...shaping } = body;
  for (const field of ["showRankingScore", "showRankingScoreDetails"]) delete shaping[field];
  return { ranking, shaping, plan, primaryKey };
}

/** Anything else is refused by a node, and must reach it unchanged. */
function isShape(value: JsonValue | undefined): boolean {
  return (value ?? null) === null || typeof value === "boolean" || isTextList(value);
}

/** A run of hits in a node's list. */
export interface ListWindow {
  readonly offset: number;
  readonly limit: number;
}

/** Where the hits of a page are in each of the lists it was merged from; they are next to each other in every list. */
export function listWindows(
  lists: readonly (readonly JsonObject[])[],
  page: readonly JsonObject[],
): (ListWindow | undefined)[] {
  const shown = new Set(page);
  return lists.map((list) => {
    const offset = list.findIndex((hit) => shown.has(hit));
    const limit = list.filter((hit) => shown.has(hit)).length;
    return offset < 0 ? undefined : { offset, limit };
  });
}

/**
 * The hits of a page with what they look like; what ranks them, and is shown to users who ask for it, stays that of the
 * first step, because nodes do not rank hits before an offset as far. Undefined when other documents came than were
 * ranked: some changed between the steps.
 */
export function fillPage(
  ranked: readonly JsonObject[],
  shaped: readonly JsonObject[],
  primaryKey: string,
): JsonObject[] | undefined {
  const idOf = (hit: JsonObject) => String(valuesAt(hit, primaryKey)[0]);
  const shapedById = new Map(shaped.map((hit) => [idOf(hit), hit]));
  if (shapedById.size !== ranked.length) return undefined;
  const filled = ranked.flatMap((hit) => {
    const found = shapedById.get(idOf(hit));
    return found === undefined ? [] : [{ ...found, ...scoresOf(hit) }];
  });
  return filled.length === ranked.length ? filled : undefined;
}

function scoresOf(hit: JsonObject): JsonObject {
  const names = ["_rankingScore", "_rankingScoreDetails"].filter((name) => name in hit);
  return Object.fromEntries(names.map((name) => [name, hit[name] ?? null]));
}
