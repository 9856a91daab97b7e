import type { JsonObject } from "../core/types.ts";
import { badAnswer, numberOf } from "./answer-shape.ts";
import type { SearchWindow } from "./search-window.ts";

/** Sum of the nodes' totals, whichever of the two forms each answered in. */
export function sumTotals(bodies: readonly JsonObject[]): number {
  let sum = 0;
  for (const body of bodies) {
    const total = body["totalHits"] ?? body["estimatedTotalHits"];
    if (total === undefined) throw badAnswer("it has neither `totalHits` nor `estimatedTotalHits`");
    sum += numberOf(total, "the total");
  }
  return sum;
}

/** The paging fields of the answer: the user's own window echoed, not clamped, with the total in the form that belongs to it. */
export function pagingFields(window: SearchWindow, total: number): JsonObject {
  if (window.mode === "offset") return { limit: window.limit, offset: window.offset, estimatedTotalHits: total };
  const { hitsPerPage, page } = window;
  const totalPages = hitsPerPage === 0 ? 0 : Math.ceil(total / hitsPerPage);
  return { hitsPerPage, page, totalPages, totalHits: total };
}
