import type { JsonObject } from "../../../../src/core/types.ts";
import type { EngineSettings } from "../../../../src/testing/embedded-node/engine/contract.ts";
import { FieldIndex } from "../../../../src/testing/embedded-node/engine/fields/field-index.ts";

/** The server's default settings with some of them replaced. */
export function settingsWith(changes: Partial<EngineSettings> = {}): EngineSettings {
  return {
    displayedAttributes: ["*"],
    searchableAttributes: ["*"],
    filterableAttributes: [],
    sortableAttributes: [],
    rankingRules: ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"],
    stopWords: [],
    separatorTokens: [],
    nonSeparatorTokens: [],
    dictionary: [],
    synonyms: {},
    distinctAttribute: null,
    proximityPrecision: "byWord",
    typoTolerance: {
      enabled: true,
      minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
      disableOnWords: [],
      disableOnAttributes: [],
      disableOnNumbers: false,
    },
    faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { "*": "alpha" } },
    pagination: { maxTotalHits: 1000 },
    facetSearch: true,
    prefixSearch: "indexingTime",
    searchCutoffMs: null,
    ...changes,
  };
}

/** An index over documents that are numbered in the order given. */
export function indexOf(documents: readonly JsonObject[], settings: EngineSettings): FieldIndex {
  const index = new FieldIndex(settings, "id");
  for (const [docid, document] of documents.entries()) index.put(docid, document);
  return index;
}
