import type { JsonObject } from "../../core/types.ts";
import { planQuery, type QueryPlan } from "../../merge/query-plan.ts";
import type { Batch, BatchQuery } from "./batch.ts";
import type { PlannedQuery } from "./rounds.ts";

/** What federation takes the place of in a query. */
const FEDERATED_FIELDS = [
  "federationOptions",
  "limit",
  "offset",
  "page",
  "hitsPerPage",
  "facets",
  "showPerformanceDetails",
];

/** A node's form of one query alone: as long a list as the whole answer needs, with all that decides between hits. */
export function planFederatedQuery(query: BatchQuery, batch: Batch, federation: JsonObject): PlannedQuery {
  const { position, body, row, view, kind } = query;
  const { page = null, hitsPerPage = null, offset = null, limit = null, distinct = null } = federation;
  const window = Object.fromEntries(
    Object.entries({ page, hitsPerPage, offset, limit }).filter(([, value]) => value !== null),
  );
  const own = Object.fromEntries(Object.entries(body).filter(([name]) => !FEDERATED_FIELDS.includes(name)));
  const request: JsonObject = { ...own, ...(distinct === null ? {} : { distinct }), ...window };
  // Queries of one index may find the same document, which its id tells.
  const isShared = batch.queries.some((other) => other.position !== position && other.row.uid === row.uid);
  return { ...query, request, planned: withScores(planQuery({ request, kind, view, carriesId: isShared })) };
}

function withScores({ keyword, semantic, plan }: QueryPlan): QueryPlan {
  const scored = (body: JsonObject | undefined) => body && { ...body, showRankingScore: true };
  return { keyword: scored(keyword), semantic: scored(semantic), plan };
}
