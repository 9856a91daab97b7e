import type { SearchPlans } from "../../merge/search-plans.ts";
import { fetchPage } from "./fetch-page.ts";
import type { NodeSearch } from "./node-search.ts";
import { type FoundHits, type RefusedSearch, rankHits } from "./rank-hits.ts";

/** The hits of a search, found with as little work of nodes and of this process as its plans allow. */
export async function gatherHits(search: NodeSearch, plans: SearchPlans): Promise<FoundHits | RefusedSearch> {
  const ranked = await rankHits(search, plans);
  const { twoSteps } = plans;
  if ("refusal" in ranked) return ranked;
  if (ranked.isComplete && (twoSteps === undefined || ranked.plan.isWhole)) return ranked;
  const filled = ranked.isComplete && twoSteps !== undefined ? await fetchPage(search, twoSteps, ranked) : undefined;
  if (filled !== undefined) return filled;
  // A replica that does not go on is replaced by others, whose lists may be ordered differently: all are asked anew.
  const again = await rankHits(search, plans.unlimited());
  if ("refusal" in again) return again;
  const hitsParsed = ranked.work.hitsParsed + again.work.hitsParsed;
  return { ...again, work: { ...ranked.work, hitsParsed, ...(twoSteps !== undefined && { twoStep: "fell back" }) } };
}
