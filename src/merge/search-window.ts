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

/** Place of the window's first hit in the merged list. */
export function sliceStart(window: SearchWindow): number {
  return window.mode === "page" ? window.hitsPerPage * (window.page - 1) : window.offset;
}

/** The window's slice of a merged list that starts at 0. */
export function sliceOf<T>(list: readonly T[], window: SearchWindow): T[] {
  if (window.mode === "page" && window.page === 0) return [];
  return list.slice(sliceStart(window), requiredHits(window));
}

/**
 * The paging fields for a node that is asked for so many hits, always from its first one on: it stops ranking inside
 * buckets that lie before an offset. Page mode is kept, because it makes the node count exhaustively.
 */
export function nodeWindow(window: SearchWindow, count: number): JsonObject {
  return window.mode === "page" ? { page: 1, hitsPerPage: count } : { offset: 0, limit: count };
}

/** Paging fields that a node refuses, as they came: sent on, so that a node words the refusal. */
export function refusedPaging(request: JsonObject): JsonObject {
  const fields = ["offset", "limit", "page", "hitsPerPage"].filter((field) => {
    const value = request[field];
    const mayBeNull = field === "page" || field === "hitsPerPage";
    return value !== undefined && !isCount(value) && !(value === null && mayBeNull);
  });
  return Object.fromEntries(fields.map((field) => [field, request[field] ?? null]));
}

function numberAt(request: JsonObject, field: string): number | undefined {
  const value = request[field];
  return isCount(value) ? value : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
