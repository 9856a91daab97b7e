import type { JsonObject, JsonValue } from "../core/types.ts";
import { isReserved } from "../routing/reserved.ts";
import { isObject } from "./answer-shape.ts";
import { type AddedPath, coversPath, withoutPath } from "./attribute-path.ts";
import type { SearchView } from "./search-view.ts";
import type { MergePlan } from "./shard-request.ts";

/** The parts of a plan and view that decide what users see of a hit. */
export interface StripOptions {
  readonly plan: Pick<MergePlan, "keepScore" | "keepDetails" | "hitExtras" | "formattedExtras" | "hidden">;
  readonly view: Pick<SearchView, "displayedAttributes">;
}

/** A hit as the user may see it: without reserved fields, hidden attributes, and whatever was asked for the merge only. */
export function stripHit(hit: JsonObject, { plan, view }: StripOptions): JsonObject {
  const shown = withoutPaths(withoutReserved(hit, plan), plan.hitExtras);
  const { _rankingScoreDetails: details, _formatted: formatted } = shown;
  if (isObject(details)) shown["_rankingScoreDetails"] = redactDetails(details, plan.hidden);
  if (isObject(formatted)) shown["_formatted"] = withoutPaths(withoutReserved(formatted), plan.formattedExtras);
  if (plan.hidden.length > 0) stripMatches(shown, view.displayedAttributes);
  return shown;
}

function withoutPaths(document: JsonObject, added: readonly AddedPath[]): JsonObject {
  let shown = document;
  for (const path of added) shown = withoutPath(shown, path);
  return shown;
}

/** Positions are given for every displayed attribute, so those that only nodes display must go. */
function stripMatches(hit: JsonObject, displayed: readonly string[]): void {
  const matches = hit["_matchesPosition"];
  if (!isObject(matches)) return;
  const visible = Object.entries(matches).filter(([path]) => displayed.some((name) => coversPath(name, path)));
  hit["_matchesPosition"] = Object.fromEntries(visible);
}

/** A copy without miroir's own fields, and without scores unless they are kept; the nodes' answer is never changed. */
export function withoutReserved(
  document: JsonObject,
  keep: Partial<Pick<MergePlan, "keepScore" | "keepDetails">> = {},
): JsonObject {
  const shown: JsonObject = {};
  for (const name of Object.keys(document)) {
    if (isReserved(name)) continue;
    if (name === "_rankingScore" && keep.keepScore === false) continue;
    if (name === "_rankingScoreDetails" && keep.keepDetails === false) continue;
    shown[name] = document[name] as JsonValue;
  }
  return shown;
}

/** Sort rules of hidden attributes under the name and value that the server gives them. */
function redactDetails(details: JsonObject, hidden: readonly string[]): JsonObject {
  if (hidden.length === 0) return details;
  const entries = Object.entries(details).map(([name, detail]): [string, JsonValue] => {
    const isHidden = hidden.some((attribute) => name === `${attribute}:asc` || name === `${attribute}:desc`);
    if (!isHidden || !isObject(detail)) return [name, detail];
    const order = detail["order"] ?? 0;
    return [`<hidden-rule-${String(order)}>`, { order, value: "<hidden>" }];
  });
  return Object.fromEntries(entries);
}
