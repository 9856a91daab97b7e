import type { JsonObject } from "../core/types.ts";
import { planHybrid } from "./hybrid-plan.ts";
import type { SearchKind } from "./search-kind.ts";
import type { SearchView } from "./search-view.ts";
import { type MergePlan, planSearch } from "./shard-request.ts";
import { withPrimaryKey } from "./with-primary-key.ts";
import { withVector } from "./with-vector.ts";

/** What nodes are asked for a query of any kind, and how to merge the answers. */
export interface QueryPlan {
  /** Body of the search by words; a query by vector alone has none. */
  readonly keyword: JsonObject | undefined;
  /** Body of the search by vector, the vector not included; a query by words alone has none. */
  readonly semantic: JsonObject | undefined;
  readonly plan: MergePlan;
}

/** A query to be planned. */
export interface QueryToPlan {
  readonly request: JsonObject;
  readonly kind: SearchKind;
  readonly view: SearchView;
  /** Whether hits must carry their ids, as those of hybrid queries always do. */
  readonly carriesId: boolean;
}

/** Plans the searches by words and by vector that a query stands for. */
export function planQuery({ request, kind, view, carriesId }: QueryToPlan): QueryPlan {
  if (kind.kind === "hybrid") {
    const { keyword, semantic, plan } = planHybrid(request, kind, view);
    return { keyword, semantic, plan };
  }
  const isSemantic = kind.kind === "semantic";
  const alone = planSearch(isSemantic ? withVector(request, null) : request, view);
  const { body, plan } = carriesId ? withPrimaryKey(request, alone, view.primaryKey) : alone;
  return isSemantic ? { keyword: undefined, semantic: body, plan } : { keyword: body, semantic: undefined, plan };
}
