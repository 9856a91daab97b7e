import type { Usability } from "../../routing/cover.ts";
import { type ClusterSurvey, isMember } from "./survey.ts";

/** What a replica of a shard of a physical index is good for. */
export type ReplicaState = (index: string, node: string, shard: number) => Usability;

/** Judges replicas as a client would that starts now: by who answers as itself, and who owes writes. */
export function replicaStates(survey: ClusterSurvey): ReplicaState {
  const { topology, isFounded, debts, nodes } = survey;
  const up = new Set(nodes.filter((node) => isMember(node, topology, isFounded)).map(({ node }) => node.id));
  const owed = new Set(debts.map(({ index, node, shard }) => `${index}/${node}/${shard}`));
  return (index, node, shard) => {
    if (!up.has(node)) return "no";
    return owed.has(`${index}/${node}/${shard}`) ? "indebted" : "good";
  };
}
