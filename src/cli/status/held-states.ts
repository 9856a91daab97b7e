import { physicalUid } from "../../cluster/registry.ts";
import { type ReplicaState, replicaStates } from "../survey/replica-state.ts";
import { type ClusterSurvey, isMember } from "../survey/survey.ts";

/** As {@link replicaStates}, but a node that has lost a whole index holds none of its shards, which no client can know. */
export function heldStates(survey: ClusterSurvey): ReplicaState {
  const stateOf = replicaStates(survey);
  const lost = new Set(lostIndexes(survey).map(({ index, node }) => `${index}/${node}`));
  return (index, node, shard) => (lost.has(`${index}/${node}`) ? "no" : stateOf(index, node, shard));
}

/** Physical indexes that nodes should have and do not; a node with tasks to do may be about to create them. */
export function lostIndexes({
  nodes,
  rows,
  topology,
}: ClusterSurvey): { readonly index: string; readonly node: string }[] {
  const idle = nodes.filter((survey) => isMember(survey, topology)).filter(({ queue }) => queue === 0);
  return idle.flatMap(({ node, documentsByIndex }) =>
    rows
      .map(physicalUid)
      .filter((index) => !documentsByIndex.has(index))
      .map((index) => ({ index, node: node.id })),
  );
}
