import { clusterOptions } from "../../client/options.ts";
import { topologyOf } from "../../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { JsonObject } from "../../core/types.ts";
import { SearchPlans } from "../../merge/search-plans.ts";
import { withShardFilter } from "../../merge/shard-request.ts";
import { searchView } from "../../routes/search-view.ts";
import { shardPlanOf } from "../../routes/shards-for.ts";
import { coverShards } from "../../routing/cover.ts";
import type { WideReason } from "../../routing/planner/wide-reason.ts";
import { rankByText } from "../../routing/ranking.ts";
import { shardFilter } from "../../routing/reserved.ts";
import type { Hasher } from "../../routing/shard.ts";
import { CommandFailed, EXIT } from "../exit-code.ts";
import { replicaStates } from "../survey/replica-state.ts";
import type { ClusterSurvey } from "../survey/survey.ts";

/** `miroir plan search --json`. */
export interface SearchPlan {
  readonly index: string;
  /** Hits that each node is asked for at most. */
  readonly hitsAsked: number;
  /** Shards of the index, and how many of them can hold what is looked for. */
  readonly shards: { readonly total: number; readonly asked: number };
  /** Why all shards are asked, when they are. */
  readonly wide?: WideReason;
  readonly requests: readonly {
    readonly node: string;
    readonly url: string;
    readonly shards: readonly number[];
    readonly path: string;
    readonly body: JsonObject;
  }[];
  /** Shards that nobody could answer for; the answer would leave them out. */
  readonly missing: readonly number[];
  /** Shards that only a copy with debt could answer for. */
  readonly indebted: readonly number[];
}

/**
 * What a client that starts now would ask for a search. Clients without a preference spread their calls over equal
 * replicas, so theirs may be asked of others.
 * @throws CommandFailed when the index does not exist
 */
export function searchPlan(
  survey: ClusterSurvey,
  search: { readonly index: string; readonly body: JsonObject; readonly preference: string | undefined },
  hasher: Hasher,
): SearchPlan {
  const { rows } = survey;
  const row = rows.find(({ uid }) => uid === search.index);
  if (row === undefined) throw noIndex(search.index, rows);
  const topology = topologyOf(row, survey.topology);
  const index = physicalUid(row);
  const stateOf = replicaStates(survey);
  const { shards, ...wide } = chosenShards(topology, { row, body: search.body, hasher });
  const cover = coverShards({
    shards,
    groups: topology.groups,
    usable: (node, shard) => stateOf(index, node, shard),
    ranking: rankByText(search.preference ?? "", topology),
  });
  const plans = new SearchPlans({
    ...{ request: search.body, view: searchView(row), shards: shards.length },
    widening: clusterOptions({}).adaptiveLimits ? 0 : undefined,
  });
  const requests = topology.nodes.flatMap(({ id, url }) => {
    const own = cover.assignments.get(id);
    if (own === undefined) return [];
    const body = plans.bodyFor(own.length);
    const filter = withShardFilter(body["filter"], shardFilter(topology.shards, own));
    return [{ node: id, url, shards: own, path: `indexes/${index}/search`, body: { ...body, filter } }];
  });
  return {
    ...{ index, shards: { total: topology.shards, asked: shards.length }, ...wide, requests },
    hitsAsked: Math.max(0, ...requests.map((request) => plans.limitFor(request.shards.length))),
    ...{ missing: cover.uncovered, indebted: cover.indebted },
  };
}

/** The shards that a client with default options asks, and why they are all. */
function chosenShards(
  topology: Topology,
  { row, body, hasher }: { readonly row: IndexRow; readonly body: JsonObject; readonly hasher: Hasher },
): { readonly shards: readonly number[]; readonly wide?: WideReason } {
  const plan = shardPlanOf({ topology, hasher, options: clusterOptions({}) }, row, body);
  if (plan.shards !== "all") return plan;
  return { shards: Array.from({ length: topology.shards }, (_, shard) => shard), wide: plan.reason };
}

function noIndex(uid: string, rows: ClusterSurvey["rows"]): CommandFailed {
  const known = rows.length === 0 ? "no index yet" : rows.map((row) => row.uid).join(", ");
  return new CommandFailed(EXIT.failed, `There is no index ${uid} in this cluster. It has ${known}.`);
}
