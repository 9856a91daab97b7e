import type { JsonObject, JsonValue } from "../core/types.ts";
import { isTextList } from "./answer-shape.ts";
import { type AddedPath, coversPath } from "./attribute-path.ts";
import type { SearchView } from "./search-view.ts";

/** The attribute lists of a node's request, and what must be removed from its hits again. */
export interface ShardAttributes {
  /** The lists that differ from the user's. */
  readonly body: JsonObject;
  readonly hitExtras: readonly AddedPath[];
  readonly formattedExtras: readonly AddedPath[];
  readonly isDistinctVisible: boolean;
}

/** What {@link shardAttributes} goes by. */
export interface ShardAttributesContext {
  readonly view: SearchView;
  /** Attributes that nodes display and users must not see. */
  readonly hidden: readonly string[];
  readonly distinct: string | null;
}

/** Rewrites the attribute lists of a search so that a node returns what the user may see, plus what the merge needs. */
export function shardAttributes(request: JsonObject, context: ShardAttributesContext): ShardAttributes {
  const { view, hidden, distinct } = context;
  const retrieved = visibleNames(listAt(request, "attributesToRetrieve") ?? ["*"], context);
  const highlighted = visibleNames(listAt(request, "attributesToHighlight") ?? [], context);
  const cropped = visibleCrops(listAt(request, "attributesToCrop") ?? [], context);
  const body: JsonObject = {};
  if (hidden.length > 0) {
    if (isMissingOrList(request["attributesToRetrieve"])) body["attributesToRetrieve"] = retrieved;
    if (isTextList(request["attributesToHighlight"])) body["attributesToHighlight"] = highlighted;
    if (isTextList(request["attributesToCrop"])) body["attributesToCrop"] = cropped;
  }
  if (distinct === null) return { body, hitExtras: [], formattedExtras: [], isDistinctVisible: true };

  const isDisplayed = [...view.displayedAttributes, ...hidden].some((name) => coversPath(name, distinct));
  if (retrieved.some((name) => coversPath(name, distinct)) || !isDisplayed) {
    return { body, hitExtras: [], formattedExtras: [], isDistinctVisible: isDisplayed };
  }
  if (isMissingOrList(request["attributesToRetrieve"])) body["attributesToRetrieve"] = [...retrieved, distinct];
  const formatted = [...highlighted, ...cropped.map(withoutLength)];
  const isFormatted = formatted.some((name) => coversPath(name, distinct));
  const added = { path: distinct, hasSiblings: retrieved.some((name) => topLevel(name) === topLevel(distinct)) };
  return { body, hitExtras: [added], formattedExtras: isFormatted ? [] : [added], isDistinctVisible: true };
}

/** The user's list without hidden attributes; `*` is written out when it would reach one. */
function visibleNames(names: readonly string[], { view, hidden }: ShardAttributesContext): string[] {
  if (hidden.length === 0) return [...names];
  return names.includes("*") ? [...view.displayedAttributes] : names.filter((name) => !hidden.includes(name));
}

/** As {@link visibleNames} for entries that may carry a length: `overview:20`, `*:20`. */
function visibleCrops(entries: readonly string[], { view, hidden }: ShardAttributesContext): string[] {
  if (hidden.length === 0) return [...entries];
  return entries.flatMap((entry) => {
    const name = withoutLength(entry);
    if (name === "*") return view.displayedAttributes.map((displayed) => displayed + entry.slice(1));
    return hidden.includes(name) ? [] : [entry];
  });
}

function topLevel(path: string): string {
  return path.split(".", 1)[0] ?? path;
}

function withoutLength(entry: string): string {
  const colon = entry.lastIndexOf(":");
  return colon === -1 ? entry : entry.slice(0, colon);
}

function listAt(request: JsonObject, field: string): string[] | undefined {
  const value = request[field];
  return isTextList(value) ? value : undefined;
}

/** Anything else is refused by a node, and must reach it unchanged. */
function isMissingOrList(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || isTextList(value);
}
