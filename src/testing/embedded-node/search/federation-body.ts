import { indexUidRefusal } from "../indexes/index-uid.ts";
import { atKey, type Reader } from "../validation/place.ts";
import { arrayOf, boolean, nullable, object, recordOf, string, unsigned } from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";
import { type IndexedQuery, readIndexedQuery, SEARCH_FIELDS, type SearchQuery } from "./search-query.ts";

/** What a federated search asks for beside its queries. */
export interface Federation extends Pick<SearchQuery, "personalize"> {
  limit?: number;
  offset?: number;
  page?: number | null;
  hitsPerPage?: number | null;
  facetsByIndex?: Record<string, string[] | null>;
  mergeFacets?: { maxValuesPerFacet?: number | null } | null;
  distinct?: string | null;
  showPerformanceDetails?: boolean;
}

/** The body of a multi-search. */
export interface MultiSearchBody {
  queries: IndexedQuery[];
  federation?: Federation | null;
}

const facetsByIndex: Reader<Record<string, string[] | null>> = (value, place) => {
  const lists = recordOf(nullable(arrayOf(string)))(value, place);
  for (const uid of Object.keys(lists)) {
    const refusal = indexUidRefusal(uid);
    if (refusal !== undefined) throw invalidValue(refusal, atKey(place, uid, undefined));
  }
  return lists;
};

/** A multi-search, federated or not. */
export const readMultiSearchBody = object<MultiSearchBody>({
  queries: { read: arrayOf(readIndexedQuery), required: "bad_request" },
  federation: {
    read: nullable(
      object<Federation>({
        limit: { read: unsigned, code: "invalid_search_limit" },
        offset: { read: unsigned, code: "invalid_search_offset" },
        page: { read: nullable(unsigned), code: "invalid_search_page" },
        hitsPerPage: { read: nullable(unsigned), code: "invalid_search_hits_per_page" },
        facetsByIndex: { read: facetsByIndex, code: "invalid_multi_search_facets_by_index" },
        mergeFacets: {
          read: nullable(
            object<{ maxValuesPerFacet?: number | null }>({
              maxValuesPerFacet: { read: nullable(unsigned), code: "invalid_multi_search_max_values_per_facet" },
            }),
          ),
          code: "invalid_multi_search_merge_facets",
        },
        distinct: { read: nullable(string), code: "invalid_search_distinct" },
        showPerformanceDetails: { read: boolean, code: "invalid_search_show_performance_details" },
        personalize: SEARCH_FIELDS.personalize,
      }),
    ),
  },
});
