import type { RulePin } from "./pin-precedence.ts";

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
  /** What dynamic search rules may pin; absent when there never were any. Searches ask for details then, which tell pinned hits. */
  readonly searchRules?: SearchRules;
}

/** The dynamic search rules of the cluster as far as one index goes. */
export interface SearchRules {
  /** Documents that rules in force pin, in the order of the rules. */
  readonly pins: readonly RulePin[];
  /** True when nodes were not told yet what the index is called there. */
  readonly isOutdated: boolean;
  /** So many ways through a filter do nodes hold against the rules' own; undefined when no rule looks at filters. */
  readonly mostAlternatives: number | undefined;
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
