import type { JsonObject } from "../core/types.ts";

/** Which slice of the merged list the user asked for, and the form of the answer. */
export type SearchWindow =
  | { readonly mode: "offset"; readonly offset: number; readonly limit: number }
  | { readonly mode: "page"; readonly page: number; readonly hitsPerPage: number };

const DEFAULT_LIMIT = 20;

/** The slice that a search body asks for; `page` or `hitsPerPage` switch to pages, as on the server. */
export function windowOf(request: JsonObject): SearchWindow {
  const page = numberAt(request, "page");
  const hitsPerPage = numberAt(request, "hitsPerPage");
  if (page !== undefined || hitsPerPage !== undefined) {
    return { mode: "page", page: page ?? 1, hitsPerPage: hitsPerPage ?? DEFAULT_LIMIT };
  }
  return {
    mode: "offset",
    offset: numberAt(request, "offset") ?? 0,
    limit: numberAt(request, "limit") ?? DEFAULT_LIMIT,
  };
}

/** How long the merged list must be to hold the window (the server's `required_hit_count`). */
export function requiredHits(window: SearchWindow): number {
  return window.mode === "page" ? window.hitsPerPage * window.page : window.offset + window.limit;
}

/** The window's slice of a merged list that starts at 0. */
export function sliceOf<T>(list: readonly T[], window: SearchWindow): T[] {
  if (window.mode === "offset") return list.slice(window.offset, window.offset + window.limit);
  if (window.page === 0) return [];
  const start = window.hitsPerPage * (window.page - 1);
  return list.slice(start, start + window.hitsPerPage);
}

function numberAt(request: JsonObject, field: string): number | undefined {
  const value = request[field];
  return typeof value === "number" ? value : undefined;
}
