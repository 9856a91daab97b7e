import type { JsonObject } from "../../../core/types.ts";

/** Which hits of a search are asked for: by offset and limit, or by page. */
export interface SearchWindow {
  readonly offset?: number | null;
  readonly limit?: number | null;
  readonly page?: number | null;
  readonly hitsPerPage?: number | null;
}

const DEFAULT_SIZE = 20;

/** Whether hits are asked for by page, which makes the totals exact. */
export function isPaged({ page, hitsPerPage }: SearchWindow): boolean {
  return typeof page === "number" || typeof hitsPerPage === "number";
}

/** How many hits come before the first one asked for. */
export function skipOf(window: SearchWindow): number {
  if (!isPaged(window)) return window.offset ?? 0;
  return Math.max(0, (window.page ?? 1) - 1) * (window.hitsPerPage ?? DEFAULT_SIZE);
}

/** How many hits are asked for. */
export function takeOf(window: SearchWindow): number {
  if (window.page === 0) return 0;
  return isPaged(window) ? (window.hitsPerPage ?? DEFAULT_SIZE) : (window.limit ?? DEFAULT_SIZE);
}

/** The members of an answer that tell where in the results it is. */
export function paging(window: SearchWindow, total: number): JsonObject {
  if (!isPaged(window)) {
    return { limit: window.limit ?? DEFAULT_SIZE, offset: window.offset ?? 0, estimatedTotalHits: total };
  }
  const hitsPerPage = window.hitsPerPage ?? DEFAULT_SIZE;
  const totalPages = hitsPerPage === 0 ? 0 : Math.ceil(total / hitsPerPage);
  return { hitsPerPage, page: window.page ?? 1, totalPages, totalHits: total };
}
