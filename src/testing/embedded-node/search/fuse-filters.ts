import type { JsonValue } from "../../../core/types.ts";

/** Both filters at once; either may be absent. */
export function fuseFilters(left: JsonValue | undefined, right: JsonValue | undefined): JsonValue | undefined {
  if (left === undefined || left === null) return right;
  if (right === undefined || right === null) return left;
  return [...asList(left), ...asList(right)];
}

function asList(filter: JsonValue): JsonValue[] {
  return Array.isArray(filter) ? filter : [filter];
}
