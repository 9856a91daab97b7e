import type { JsonObject } from "../../core/types.ts";
import { isTextList } from "../../merge/answer-shape.ts";
import { coversPath } from "../../merge/attribute-path.ts";
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
  const planned = planQuery(request, kind, view);
  const isShared = batch.queries.some((other) => other.position !== position && other.row.uid === row.uid);
  // Hits of a hybrid query carry the id already.
  const shown = isShared && kind.kind !== "hybrid" ? withPrimaryKey(request, planned, row.primaryKey) : planned;
  return { ...query, request, planned: withScores(shown) };
}

function withScores({ keyword, semantic, plan }: QueryPlan): QueryPlan {
  const scored = (body: JsonObject | undefined) => body && { ...body, showRankingScore: true };
  return { keyword: scored(keyword), semantic: scored(semantic), plan };
}

/** Queries of one index may find the same document, which its id tells. */
function withPrimaryKey(request: JsonObject, planned: QueryPlan, primaryKey: string | null): QueryPlan {
  const { keyword, semantic, plan } = planned;
  const retrieved = (keyword ?? semantic)?.["attributesToRetrieve"] ?? null;
  if (primaryKey === null || !isTextList(retrieved)) return planned;
  if (retrieved.some((name) => coversPath(name, primaryKey))) return planned;
  const formatted = ["attributesToHighlight", "attributesToCrop"].flatMap((field) => {
    const names = request[field];
    return isTextList(names) ? names.map((name) => name.replace(/:\d*$/, "")) : [];
  });
  const isFormatted = formatted.some((name) => coversPath(name, primaryKey));
  const [top = ""] = primaryKey.split(".", 1);
  const added = { path: primaryKey, hasSiblings: retrieved.some((name) => name.split(".", 1)[0] === top) };
  const attributesToRetrieve = [...retrieved, primaryKey];
  return {
    keyword: keyword && { ...keyword, attributesToRetrieve },
    semantic: semantic && { ...semantic, attributesToRetrieve },
    plan: {
      ...plan,
      hitExtras: [...plan.hitExtras, added],
      formattedExtras: isFormatted ? plan.formattedExtras : [...plan.formattedExtras, added],
    },
  };
}
