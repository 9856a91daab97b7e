import type { JsonObject } from "../../../../core/types.ts";
import type { EngineSearch } from "../contract.ts";

/** Hits of a page when the request does not say. */
export const DEFAULT_LIMIT = 20;

/** Which hits a request wants. */
export interface HitWindow {
  readonly skip: number;
  readonly take: number;
  /** Hits up to the end of the page. */
  readonly needed: number;
  /** Asked by page, so that totals are counted to the end. */
  readonly isPaged: boolean;
}

/** Offset and limit, or page and hitsPerPage, as a range of hits. */
export function windowOf(search: EngineSearch): HitWindow {
  const { page, hitsPerPage } = search;
  if (page === undefined && hitsPerPage === undefined) {
    const skip = search.offset ?? 0;
    const take = search.limit ?? DEFAULT_LIMIT;
    return { skip, take, needed: skip + take, isPaged: false };
  }
  const size = hitsPerPage ?? DEFAULT_LIMIT;
  const number = page ?? 1;
  return number === 0
    ? { skip: 0, take: 0, needed: 0, isPaged: true }
    : { skip: (number - 1) * size, take: size, needed: number * size, isPaged: true };
}

/** The part of the answer that echoes the window and counts the hits found. */
export function totals(search: EngineSearch, found: number): JsonObject {
  const { page, hitsPerPage } = search;
  if (page === undefined && hitsPerPage === undefined) {
    return { limit: search.limit ?? DEFAULT_LIMIT, offset: search.offset ?? 0, estimatedTotalHits: found };
  }
  const size = hitsPerPage ?? DEFAULT_LIMIT;
  return { hitsPerPage: size, page: page ?? 1, totalPages: size === 0 ? 0 : Math.ceil(found / size), totalHits: found };
}
