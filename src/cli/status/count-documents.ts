import { topologyOf } from "../../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";
import { type Operator, OperatorCallFailed } from "../../execute/operator.ts";
import { coverShards } from "../../routing/cover.ts";
import { rankByText } from "../../routing/ranking.ts";
import { shardFilter } from "../../routing/reserved.ts";
import type { ReplicaState } from "../survey/replica-state.ts";
import type { ClusterSurvey } from "../survey/survey.ts";

/** What {@link countDocuments} counts with. */
export interface CountInput {
  readonly operator: Operator;
  readonly survey: ClusterSurvey;
  readonly stateOf: ReplicaState;
}

/**
 * Documents of every logical index, each counted once whatever the number of copies; null where a server would not say,
 * and fewer than there are while shards have no copy.
 */
export async function countDocuments(input: CountInput): Promise<ReadonlyMap<string, number | null>> {
  const { rows } = input.survey;
  const counts = await Promise.all(rows.map((row) => countIndex(row, input)));
  return new Map(rows.map((row, position) => [row.uid, counts[position] ?? null]));
}

async function countIndex(row: IndexRow, { operator, survey, stateOf }: CountInput): Promise<number | null> {
  const index = physicalUid(row);
  const topology = topologyOf(row, survey.topology);
  const { assignments } = coverShards({
    shards: Array.from({ length: topology.shards }, (_, shard) => shard),
    groups: topology.groups,
    usable: (node, shard) => stateOf(index, node, shard),
    ranking: rankByText("", topology),
  });
  const asked = topology.nodes.flatMap((node) => {
    const shards = assignments.get(node.id);
    return shards === undefined ? [] : [countShards(operator, node, { index, topology, shards })];
  });
  const counts = await Promise.all(asked);
  return counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

async function countShards(
  operator: Operator,
  node: NodeInfo,
  {
    index,
    topology,
    shards,
  }: { readonly index: string; readonly topology: Topology; readonly shards: readonly number[] },
): Promise<number | null> {
  try {
    const { total } = await operator.demand<{ total: number }>(node, {
      method: "POST",
      path: `indexes/${index}/documents/fetch`,
      body: { limit: 0, filter: shardFilter(topology.shards, shards) },
      unchecked: true,
    });
    return total;
  } catch (error) {
    if (error instanceof OperatorCallFailed) return null;
    throw error;
  }
}
