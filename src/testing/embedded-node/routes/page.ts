import type { JsonObject, JsonValue } from "../../../core/types.ts";

/** One page of a list as most list routes answer it. */
export function page(items: readonly JsonValue[], window: { offset: number; limit: number }): JsonObject {
  const { offset, limit } = window;
  return { results: items.slice(offset, offset + limit), offset, limit, total: items.length };
}
