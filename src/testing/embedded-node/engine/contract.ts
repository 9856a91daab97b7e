import type { JsonObject, JsonValue } from "../../../core/types.ts";

/** Number of a document inside one index, given in order of first insertion; the lowest wins ties. */
export type Docid = number;

/** A filterable attribute given as a rule with patterns, as the server's settings allow. */
export interface FilterableRule {
  readonly attributePatterns: readonly string[];
  readonly features: {
    readonly facetSearch: boolean;
    readonly filter: { readonly equality: boolean; readonly comparison: boolean };
  };
}

/** Resolved settings of one index: every default filled in. Names and shapes are the server's own. */
export interface EngineSettings {
  readonly displayedAttributes: readonly string[];
  readonly searchableAttributes: readonly string[];
  readonly filterableAttributes: readonly (string | FilterableRule)[];
  readonly sortableAttributes: readonly string[];
  readonly rankingRules: readonly string[];
  readonly stopWords: readonly string[];
  readonly separatorTokens: readonly string[];
  readonly nonSeparatorTokens: readonly string[];
  readonly dictionary: readonly string[];
  readonly synonyms: Readonly<Record<string, readonly string[]>>;
  readonly distinctAttribute: string | null;
  readonly proximityPrecision: "byWord" | "byAttribute";
  readonly typoTolerance: {
    readonly enabled: boolean;
    readonly minWordSizeForTypos: { readonly oneTypo: number; readonly twoTypos: number };
    readonly disableOnWords: readonly string[];
    readonly disableOnAttributes: readonly string[];
    readonly disableOnNumbers: boolean;
  };
  readonly faceting: {
    readonly maxValuesPerFacet: number;
    readonly sortFacetValuesBy: Readonly<Record<string, "alpha" | "count">>;
  };
  readonly pagination: { readonly maxTotalHits: number };
  readonly facetSearch: boolean;
  readonly prefixSearch: "indexingTime" | "disabled";
  readonly searchCutoffMs: number | null;
}

/** A search body after its shape was validated by the routes; field names are the server's. Absent = not given. */
export interface EngineSearch {
  readonly q?: string | null;
  readonly offset?: number;
  readonly limit?: number;
  readonly page?: number;
  readonly hitsPerPage?: number;
  readonly attributesToRetrieve?: readonly string[] | null;
  readonly attributesToCrop?: readonly string[] | null;
  readonly cropLength?: number;
  readonly cropMarker?: string;
  readonly attributesToHighlight?: readonly string[] | null;
  readonly highlightPreTag?: string;
  readonly highlightPostTag?: string;
  readonly showMatchesPosition?: boolean;
  readonly showRankingScore?: boolean;
  readonly showRankingScoreDetails?: boolean;
  /** Adds details under {@link BARE_DETAILS}, for a caller that compares hits of several searches. */
  readonly carriesBareDetails?: boolean;
  readonly filter?: JsonValue;
  readonly sort?: readonly string[] | null;
  readonly distinct?: string | null;
  readonly facets?: readonly string[] | null;
  readonly matchingStrategy?: "last" | "all" | "frequency";
  readonly attributesToSearchOn?: readonly string[] | null;
  readonly rankingScoreThreshold?: number | null;
  readonly retrieveVectors?: boolean;
  /** Finds what search rules pin, by the precedence of the rules; a document may be named several times. */
  readonly pins?: (query: QueryWords) => readonly PinnedDocid[];
}

/** A query as search rules see it: neither phrases nor what it excludes. */
export interface QueryWords {
  readonly isEmpty: boolean;
  readonly words: readonly string[];
}

/** A document and the place in the hits that a search rule gives it. */
export interface PinnedDocid {
  readonly docid: Docid;
  readonly position: number;
}

/** How like a document is to the vector that is looked for, from 0 to 1; undefined = it has no vector. */
export type Likeness = (docid: Docid) => number | undefined;

/** A refusal in the server's own words; the routes add type and link, and the HTTP status is 400. */
export class EngineError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "EngineError";
    this.code = code;
  }
}

/**
 * What the routes use of the search engine of one index. Documents are kept by the engine as they were given.
 * `search` answers the server's body in the server's key order, without `processingTimeMs` and `requestUid`.
 */
export interface SearchEngine {
  configure(settings: EngineSettings, primaryKey: string | null): void;
  put(docid: Docid, document: JsonObject): void;
  remove(docid: Docid): void;
  clear(): void;
  get(docid: Docid): JsonObject | undefined;
  /** `indexUid` only words the errors: they begin with ``Index `uid`: `` as the server's do. */
  /** With a likeness, documents are ranked by it where they would be by words, and all that pass the filter are found. */
  search(indexUid: string, search: EngineSearch, likeness?: Likeness): JsonObject;
  /** Documents that pass a filter (string, array, nested arrays; null = all), in docid order. Error code is the caller's choice. */
  select(filter: JsonValue | undefined, errorCode: string): Docid[];
  /** Documents ordered for the documents route's `sort`; missing values last, ties by docid. */
  order(docids: readonly Docid[], sort: readonly string[]): Docid[];
  facetSearch(indexUid: string, request: FacetSearchRequest): JsonObject;
}

/** Body of the facet-search route after its shape was validated. */
export interface FacetSearchRequest
  extends Pick<EngineSearch, "q" | "filter" | "matchingStrategy" | "attributesToSearchOn" | "rankingScoreThreshold"> {
  readonly facetName: string;
  readonly facetQuery?: string | null;
  readonly exhaustiveFacetCount?: boolean;
}

/** Key of the ranking details of a hit with the values that users may not see; it never leaves the process. */
export const BARE_DETAILS = Symbol("ranking details with hidden values");

/** A hit as it is shown, and what compares it with hits of another search. */
export interface EngineHit extends JsonObject {
  [BARE_DETAILS]?: JsonObject;
}
