import type { JsonObject } from "../core/types.ts";

/** A node's list as long as the node was asked for, or shorter where it has no more. */
export interface LimitedList {
  readonly hits: readonly JsonObject[];
  readonly limit: number;
}

/**
 * Positions of the lists that may lack hits of the merged one: those that were cut off behind a hit which was taken, unless
 * that was the last one needed. The merge looks at the heads of lists only, so a list that had a hit left when it ended
 * would not have changed it by going on.
 */
export function openLists(
  lists: readonly LimitedList[],
  { merged, required }: { readonly merged: readonly JsonObject[]; readonly required: number },
): number[] {
  const takenBeforeLast = new Set(merged.slice(0, Math.max(0, required - 1)));
  return [...lists.keys()].filter((position) => {
    const { hits = [], limit = 0 } = lists[position] ?? {};
    const last = hits.at(-1);
    return limit < required && hits.length >= limit && last !== undefined && takenBeforeLast.has(last);
  });
}
