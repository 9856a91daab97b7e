import { concernsWholeNode } from "../../cluster/missed.ts";
import type { Usability } from "../../routing/cover.ts";
import type { NodeSurvey } from "./node-survey.ts";
import { type ClusterSurvey, isMember, whyOld } from "./survey.ts";

/** What a replica of a shard of a physical index is good for. */
export type ReplicaState = (index: string, node: string, shard: number) => Usability;

/** Judges replicas as a client would that starts now: by who answers as itself, and who owes writes. */
export function replicaStates(survey: ClusterSurvey): ReplicaState {
  const { topology, isFounded, debts, missed, nodes } = survey;
  const isUp = (node: NodeSurvey) => isMember(node, topology, isFounded) && whyOld(node, survey) === undefined;
  const up = new Set(nodes.filter(isUp).map(({ node }) => node.id));
  const isBehind = (index: string, node: string) =>
    missed.some((change) => {
      if (change.node !== node) return false;
      return concernsWholeNode(change) || (change.matter === "index" && (change.name ?? index) === index);
    });
  const owed = new Set(debts.map(({ index, node, shard }) => `${index}/${node}/${shard}`));
  return (index, node, shard) => {
    if (!up.has(node) || isBehind(index, node)) return "no";
    return owed.has(`${index}/${node}/${shard}`) ? "indebted" : "good";
  };
}
