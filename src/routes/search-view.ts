import type { IndexRow } from "../cluster/registry.ts";
import { physicalFacetMax } from "../cluster/settings/physical.ts";
import type { SearchView } from "../merge/search-view.ts";

/** What the merge needs of an index's logical settings. The registry holds them complete and checked. */
export function searchView(row: IndexRow): SearchView {
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
