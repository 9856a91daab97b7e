import type { JsonObject } from "../core/types.ts";
import { planHybrid } from "./hybrid-plan.ts";
import type { SearchKind } from "./search-kind.ts";
import type { SearchView } from "./search-view.ts";
import { type MergePlan, planSearch } from "./shard-request.ts";
import { withVector } from "./with-vector.ts";

/** What nodes are asked for a query of any kind, and how to merge the answers. */
export interface QueryPlan {
  /** Body of the search by words; a query by vector alone has none. */
  readonly keyword: JsonObject | undefined;
  /** Body of the search by vector, the vector not included; a query by words alone has none. */
  readonly semantic: JsonObject | undefined;
  readonly plan: MergePlan;
}

/** Plans the searches by words and by vector that a query stands for. */
export function planQuery(request: JsonObject, kind: SearchKind, view: SearchView): QueryPlan {
  if (kind.kind === "hybrid") {
    const { keyword, semantic, plan } = planHybrid(request, kind, view);
    return { keyword, semantic, plan };
  }
  if (kind.kind === "keyword") {
    const { body, plan } = planSearch(request, view);
    return { keyword: body, semantic: undefined, plan };
  }
  const { body, plan } = planSearch(withVector(request, null), view);
  return { keyword: undefined, semantic: body, plan };
}
