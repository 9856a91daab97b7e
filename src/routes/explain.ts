import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import type { Explanation } from "../core/explanation.ts";
import type { ClusterResponse, JsonObject, JsonValue } from "../core/types.ts";
import { searchExactness } from "../merge/exactness.ts";
import { searchKind } from "../merge/search-kind.ts";
import { SearchPlans } from "../merge/search-plans.ts";
import type { SearchView } from "../merge/search-view.ts";
import { WIDE_REASONS } from "../routing/planner/wide-reason.ts";
import { chooseReplicas } from "./choose-replicas.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { explainNodes, leftOutNodes } from "./explain/explain-nodes.ts";
import { warningsFor } from "./explain/warnings.ts";
import { layoutOf } from "./layout.ts";
import { allShards } from "./read.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import { SEARCH_NAMING_FIELDS } from "./search.ts";
import { searchRulesOf } from "./search-rules-view.ts";
import { searchView } from "./search-view.ts";
import { shardPlanOf } from "./shards-for.ts";

const NOBODY: ReadonlySet<string> = new Set();

/** `POST indexes/:uid/explain`: what a search with this body would ask of which node. Only what this process knows is looked at. */
export const explainRoute: RouteHandler = {
  routes: [{ method: "POST", path: "indexes/:uid/explain" }],
  async handle(request, { path, call, cluster: meet }) {
    const uid = path["uid"] ?? "";
    const whole = await meet();
    const row = await whole.registry.find(uid);
    if (row === undefined) return indexNotFound(uid);
    const body = (request.body ?? {}) as JsonObject;
    refuseReservedNames(body, SEARCH_NAMING_FIELDS);
    const explained = explain(layoutOf(whole, row), row, {
      body,
      call,
      view: searchView(row, searchRulesOf(whole, row)),
    });
    return { status: 200, body: explained as unknown as JsonValue };
  },
};

interface Explained {
  readonly body: JsonObject;
  readonly call: CallOptions;
  readonly view: SearchView;
}

function explain(cluster: Cluster, row: IndexRow, { body, call, view }: Explained): Explanation {
  const { topology, options, widening } = cluster;
  const index = physicalUid(row);
  const { kind } = searchKind(body, row.settings["embedders"] as JsonObject);
  const planned = shardPlanOf(cluster, row, body);
  const asked = planned.shards === "all" ? allShards(cluster) : planned.shards;
  const operation = kind === "hybrid" ? "multi-search" : "search";
  const { cover } = chooseReplicas(cluster, { operation, index, shards: asked, call, below: NOBODY });
  const { assignments, uncovered: missing, indebted } = cover(asked, NOBODY);
  const isLimited = options.adaptiveLimits && kind !== "hybrid";
  const plans = new SearchPlans({
    ...{ request: body, view, shards: asked.length },
    widening: isLimited ? widening.of(index) : undefined,
  });
  const parts = [...assignments.values()].map((shards) => ({ shards }));
  const reasons = foreseenReasons(body, plans, parts);
  return {
    ...{ index: row.uid, physicalIndex: index, epoch: topology.epoch, settingsVersion: row.settingsVersion, kind },
    shards: { total: topology.shards, asked, missing, indebted },
    narrowed: asked.length < topology.shards,
    ...(planned.shards === "all" && { whyNotNarrowed: WIDE_REASONS[planned.reason] }),
    nodes: explainNodes(cluster, assignments, { operation, hitsFor: (shards) => plans.limitFor(shards) }),
    leftOut: leftOutNodes(cluster, index, assignments),
    twoSteps: plans.twoSteps !== undefined && parts.length > 1,
    exact: reasons.length === 0 && missing.length === 0 && indebted.length === 0,
    reasons,
    warnings: warningsFor(body, view, call),
  };
}

/** Why the answer would not be exact, as far as the hits do not matter. */
function foreseenReasons(
  request: JsonObject,
  plans: SearchPlans,
  parts: readonly { readonly shards: readonly number[] }[],
): readonly string[] {
  const merged = { hits: [], ranked: [], pins: [], rejected: 0, isMultiValued: false, isCutOff: false };
  const plan = plans.mergePlan(parts);
  return searchExactness({ request, plan, parts: parts.length, merged, truncated: [], respelled: [] }).reasons;
}

/** As the server words it, which is not asked here. */
function indexNotFound(uid: string): ClusterResponse {
  return {
    status: 404,
    body: {
      message: `Index \`${uid}\` not found.`,
      code: "index_not_found",
      type: "invalid_request",
      link: "https://docs.meilisearch.com/errors#index_not_found",
    },
  };
}
