import type { JsonValue } from "../../../core/types.ts";
import type { Filter, FilterToken } from "../../../routing/filter/ast.ts";
import { FilterSyntaxError, located } from "../../../routing/filter/failure.ts";
import { filterFromJson } from "../../../routing/filter/from-json.ts";
import { findInFilter } from "../../../routing/filter/walk.ts";
import { ApiError } from "../http/api-error.ts";
import type { NodeState } from "../node-state.ts";

/** Throws when the text of a filter is wrong or needs a feature that is off; the index is not looked at. */
export function checkFilterSyntax(node: NodeState, filter: JsonValue | undefined, code: string): void {
  if (filter === undefined || filter === null) return;
  const parsed = parse(filter, code);
  const keyword = parsed === undefined ? undefined : findInFilter(parsed, containsKeyword);
  if (keyword === undefined) return;
  node.features.require({
    feature: "containsFilter",
    action: "Using `CONTAINS` in a filter",
    name: "contains filter",
    link: located("https://github.com/orgs/meilisearch/discussions/763", keyword.span),
  });
}

/** Throws unless the filter says something. */
export function checkFilterGiven(filter: JsonValue, code: string): void {
  if (typeof filter !== "string" && !Array.isArray(filter)) {
    const found = JSON.stringify(filter);
    throw new ApiError(code, `Invalid syntax for the filter parameter: \`expected String, Array, found: ${found}\`.`);
  }
  if (parse(filter, code) === undefined) throw new ApiError(code, "Sending an empty filter is forbidden.");
}

function parse(filter: JsonValue, code: string): Filter | undefined {
  try {
    return filterFromJson(filter);
  } catch (cause) {
    if (cause instanceof FilterSyntaxError) throw new ApiError(code, cause.message);
    throw cause;
  }
}

function containsKeyword(part: Filter): FilterToken | undefined {
  return part.kind === "contains" ? part.keyword : undefined;
}
