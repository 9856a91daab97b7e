import type { JsonObject } from "../core/types.ts";

/** A node's list as long as the node was asked for, or shorter where it has no more. */
export interface LimitedList {
  readonly hits: readonly JsonObject[];
  readonly limit: number;
}

/**
 * Positions of the lists that may lack hits of the merged one: those that were cut off behind a hit which was taken. The
 * merge looks at the heads of lists only, so a list of which it left a hit over would not have changed it by going on.
 */
export function openLists(
  lists: readonly LimitedList[],
  { merged, required }: { readonly merged: readonly JsonObject[]; readonly required: number },
): number[] {
  const taken = new Set(merged);
  return [...lists.keys()].filter((position) => {
    const { hits = [], limit = 0 } = lists[position] ?? {};
    const last = hits.at(-1);
    return limit < required && hits.length >= limit && last !== undefined && taken.has(last);
  });
}
