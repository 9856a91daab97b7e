import type { JsonObject } from "../core/types.ts";
import { expandFacets } from "./facet-names.ts";
import { hiddenExtras } from "./hidden-attributes.ts";
import type { SearchView } from "./search-view.ts";
import { requiredHits, windowOf } from "./search-window.ts";
import { shardAttributes } from "./shard-attributes.ts";
import { hasFacets, type MergePlan, type ShardSearch } from "./shard-request.ts";

/**
 * The request for a node that answers for all documents by itself: the user's own window, and nothing that only a merge
 * needs. Undefined where search rules may pin hits, which are told by their ranking details.
 */
export function planAlone(request: JsonObject, view: SearchView): ShardSearch | undefined {
  if (view.searchRules !== undefined) return undefined;
  const window = windowOf(request);
  const hidden = hiddenExtras(view);
  const facets = expandFacets(request["facets"], view.filterableAttributes);
  const attributes = shardAttributes(request, { view, hidden, distinct: null });
  const plan: MergePlan = {
    ...{ window, required: requiredHits(window), ordered: false, isWhole: true },
    keepScore: request["showRankingScore"] === true,
    keepDetails: request["showRankingScoreDetails"] === true,
    ...{ distinct: null, isDistinctVisible: true, hitExtras: [], formattedExtras: [] },
    ...{ hidden, facets: hasFacets(request), precedence: undefined, isPinningUnsure: false },
  };
  return { body: { ...request, ...attributes.body, ...(facets === null ? {} : { facets }) }, plan };
}
