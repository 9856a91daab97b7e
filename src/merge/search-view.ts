/** What the merge of one logical index must know about its settings; names are logical (as the user sees them). */
export interface SearchView {
  readonly primaryKey: string | null;
  /** Attributes that users may see; `["*"]` for all. */
  readonly displayedAttributes: readonly string[];
  readonly sortableAttributes: readonly string[];
  readonly rankingRules: readonly string[];
  readonly distinctAttribute: string | null;
  /** Logical `faceting.maxValuesPerFacet`. */
  readonly facetMax: number;
  /** `faceting.maxValuesPerFacet` as the nodes hold it; a node that reaches it makes the facet approximate. */
  readonly physicalFacetMax: number;
  /** Logical `faceting.sortFacetValuesBy`; `*` is the default of all others. */
  readonly sortFacetValuesBy: Readonly<Record<string, "alpha" | "count">>;
  /** Logical filterable attributes and patterns, without miroir's own; the shape is the server's. */
  readonly filterableAttributes: readonly FilterableAttribute[];
  /** Logical `pagination.maxTotalHits`. */
  readonly maxTotalHits: number;
  /** True when dynamic search rules may pin documents: every search then asks for details, which tell pinned hits. */
  readonly hasSearchRules?: boolean;
}

/** One entry of `filterableAttributes`: a name, or a rule with patterns. */
export type FilterableAttribute = string | FilterableAttributeRule;

/** A rule of `filterableAttributes`. */
interface FilterableAttributeRule {
  readonly attributePatterns: readonly string[];
  readonly features?: {
    readonly facetSearch?: boolean;
    readonly filter?: { readonly equality?: boolean; readonly comparison?: boolean };
  };
}
