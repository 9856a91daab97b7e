import type { IndexRow } from "../cluster/registry.ts";
import { physicalFacetMax } from "../cluster/settings/physical.ts";
import type { SearchRules, SearchView } from "../merge/search-view.ts";

/** What the merge needs of an index's logical settings, which the registry holds complete and checked, and of search rules. */
export function searchView(row: IndexRow, searchRules?: SearchRules): SearchView {
  const settings = row.settings as unknown as LogicalSettings;
  const facetMax = settings.faceting.maxValuesPerFacet;
  return {
    primaryKey: row.primaryKey,
    displayedAttributes: settings.displayedAttributes,
    sortableAttributes: settings.sortableAttributes,
    rankingRules: settings.rankingRules,
    distinctAttribute: settings.distinctAttribute,
    facetMax,
    physicalFacetMax: physicalFacetMax(facetMax),
    sortFacetValuesBy: settings.faceting.sortFacetValuesBy,
    filterableAttributes: settings.filterableAttributes,
    maxTotalHits: settings.pagination.maxTotalHits,
    ...(searchRules === undefined ? {} : { searchRules }),
  };
}

interface LogicalSettings {
  readonly displayedAttributes: readonly string[];
  readonly sortableAttributes: readonly string[];
  readonly rankingRules: readonly string[];
  readonly distinctAttribute: string | null;
  readonly filterableAttributes: SearchView["filterableAttributes"];
  readonly faceting: {
    readonly maxValuesPerFacet: number;
    readonly sortFacetValuesBy: SearchView["sortFacetValuesBy"];
  };
  readonly pagination: { readonly maxTotalHits: number };
}
