import type { JsonObject } from "../../src/core/types.ts";
import type { Part } from "../../src/merge/part.ts";
import { mergeSearch } from "../../src/merge/search.ts";
import type { SearchView } from "../../src/merge/search-view.ts";
import { planSearch } from "../../src/merge/shard-request.ts";
import { makeDocuments, seededRandom } from "../corpus.ts";
import { timeOf } from "../measure.ts";
import type { Commands } from "./protocol.ts";

const VIEW: SearchView = {
  primaryKey: "id",
  displayedAttributes: ["*"],
  sortableAttributes: [],
  rankingRules: ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"],
  distinctAttribute: null,
  facetMax: 100,
  physicalFacetMax: 1000,
  sortFacetValuesBy: { "*": "alpha" },
  filterableAttributes: [],
  maxTotalHits: 1000,
};

/** Milliseconds to merge one page: every node answers `hits` hits, and so many make up the page. */
export function timeMerge({ nodes, hits, batches }: Commands["merge"]["takes"]): number {
  const request: JsonObject = { q: "two words", limit: hits };
  const { plan } = planSearch(request, VIEW);
  const texts = Array.from({ length: nodes }, (_, node) => JSON.stringify(nodeAnswer(node, hits)));
  const parts: Part[] = texts.map((text, order) => ({ order, body: JSON.parse(text) as unknown }));
  return timeOf(() => mergeSearch({ request, plan, view: VIEW, parts }), { batches, calls: hits > 100 ? 5 : 200 });
}

/** As it reaches the merge: without miroir's own fields, which the transport cuts out. */
function nodeAnswer(node: number, hits: number): JsonObject {
  const random = seededRandom(node);
  const documents = makeDocuments(hits, node * hits) as JsonObject[];
  const ranks = documents.map(() => Array.from({ length: 6 }, () => Math.floor(random() * 4)));
  ranks.sort((left, right) => firstDifference(left, right));
  return {
    hits: documents.map((document, position) => ({
      ...document,
      _rankingScoreDetails: details(ranks[position] ?? []),
    })),
    query: "two words",
    processingTimeMs: 2,
    limit: hits,
    offset: 0,
    estimatedTotalHits: hits,
    requestUid: "0198c1a2-0000-7000-8000-000000000000",
  };
}

/** Best first, the lower number being the better one of every rule. */
function firstDifference(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((value, position) => value !== right[position]);
  return (left[at] ?? 0) - (right[at] ?? 0);
}

function details([words = 0, typo = 0, proximity = 0, rank = 0, position = 0, exactness = 0]: number[]): JsonObject {
  return {
    words: { order: 0, matchingWords: 4 - words, maxMatchingWords: 4, score: (4 - words) / 4 },
    typo: { order: 1, typoCount: typo, maxTypoCount: 4, score: (4 - typo) / 4 },
    proximity: { order: 2, score: 1 - proximity / 8 },
    attributeRank: { order: 3, score: 1 - rank / 8 },
    wordPosition: { order: 4, score: 1 - position / 8 },
    exactness: { order: 5, matchType: "noExactMatch", matchingWords: 4 - exactness, maxMatchingWords: 4, score: 0.3 },
  };
}
