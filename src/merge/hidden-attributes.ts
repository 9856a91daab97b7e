import type { SearchView } from "./search-view.ts";

/** Attributes of custom ranking rules (`field:asc`, `field:desc`). */
export function customRuleFields(rankingRules: readonly string[]): string[] {
  return rankingRules.flatMap((rule) => {
    const match = /^(.+):(?:asc|desc)$/.exec(rule);
    return match?.[1] === undefined ? [] : [match[1]];
  });
}

/**
 * What nodes display for miroir's sake (`displayedAttributes` of the physical settings): the primary key and every
 * attribute that orders or de-duplicates hits.
 */
export function displayedForMerge(view: Omit<SearchView, "displayedAttributes">): string[] {
  const key = view.primaryKey === null ? [] : [view.primaryKey];
  const distinct = view.distinctAttribute === null ? [] : [view.distinctAttribute];
  return [...new Set([...key, ...view.sortableAttributes, ...customRuleFields(view.rankingRules), ...distinct])];
}

/** The attributes among {@link displayedForMerge} that the logical settings do not display; names are compared exactly, as the server does. */
export function hiddenExtras(view: SearchView): string[] {
  if (view.displayedAttributes.includes("*")) return [];
  return displayedForMerge(view).filter((name) => !view.displayedAttributes.includes(name));
}
