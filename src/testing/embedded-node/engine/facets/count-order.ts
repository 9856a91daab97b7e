import type { Docid } from "../contract.ts";

/** A facet value with the documents among the candidates that hold it. */
export interface FacetEntry<K> {
  readonly key: K;
  readonly docids: readonly Docid[];
}

/** Neighbouring values that the server keeps as one group. */
const GROUP_SIZE = 4;
/** Fields with fewer values have no groups. */
const MIN_GROUPED_VALUES = 20;

/**
 * Facet values by count, the largest first. Equal counts come from the greatest value down, except where the server's
 * groups show through: it looks into a group of four neighbours only when no value at hand has as many documents, so a
 * value waits for its group. Exact for a field filled by one task; each further task may regroup the values.
 * `entries` are all values of the field, in ascending order, those without candidates included.
 */
export function orderByCount<K>(entries: readonly FacetEntry<K>[]): FacetEntry<K>[] {
  const ranked = entries.length < MIN_GROUPED_VALUES ? [] : rankGroups(entries);
  const groupCounts = ranked.map(({ count }) => count);
  const rankOfGroup = new Map(ranked.map(({ group }, rank) => [group, rank]));
  return entries
    .map((entry, at) => {
      const ownRank = rankOfGroup.get(Math.floor(at / GROUP_SIZE)) ?? 0;
      return { entry, at, turn: Math.max(ownRank, countAbove(groupCounts, entry.docids.length) - 1) };
    })
    .filter(({ entry }) => entry.docids.length > 0)
    .sort((a, b) => a.turn - b.turn || b.entry.docids.length - a.entry.docids.length || b.at - a.at)
    .map(({ entry }) => entry);
}

/** Groups by their number of documents, the largest first, equal ones from the last down. */
function rankGroups(entries: readonly FacetEntry<unknown>[]): { group: number; count: number }[] {
  const groups: { group: number; count: number }[] = [];
  for (let start = 0; start < entries.length; start += GROUP_SIZE) {
    const docids = new Set(entries.slice(start, start + GROUP_SIZE).flatMap((entry) => entry.docids));
    groups.push({ group: start / GROUP_SIZE, count: docids.size });
  }
  return groups.sort((a, b) => b.count - a.count || b.group - a.group);
}

/** How many of the counts, given from the largest down, are above a limit. */
function countAbove(counts: readonly number[], limit: number): number {
  let low = 0;
  let high = counts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((counts[middle] ?? 0) > limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
