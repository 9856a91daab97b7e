import type { ReplicaState } from "../survey/replica-state.ts";
import { type ClusterSurvey, isMember } from "../survey/survey.ts";
import { counted } from "../terminal/counted.ts";
import type { Finding } from "./finding.ts";

/** Which shards no node can answer for, and which nodes to bring back for them. */
export function shardFindings({ topology, nodes, isFounded }: ClusterSurvey, stateOf: ReplicaState): Finding[] {
  if (!isFounded || !nodes.some((node) => isMember(node, topology))) return [];
  const lost = Array.from({ length: topology.shards }, (_, shard) => ownersOf(shard, topology.groups)).filter(
    (owners, shard) => owners.every((node) => stateOf("", node, shard) === "no"),
  );
  if (lost.length === 0) return [];
  const held = new Map<string, number>();
  for (const node of lost.flat()) held.set(node, (held.get(node) ?? 0) + 1);
  const wanted = [...held].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return [
    {
      ...{ code: "shards_missing", severity: "error", nodes: wanted.map(([id]) => id) },
      message: `${counted(lost.length, "shard")} of ${topology.shards} have no copy that clients can use: searches leave their documents out, and writes to them fail.`,
      remedy: `Bring a node back that holds them: ${wanted.map(([id, shards]) => `${id} (${counted(shards, "shard")})`).join(", ")}.`,
    },
  ];
}

function ownersOf(shard: number, groups: ClusterSurvey["topology"]["groups"]): string[] {
  return groups.flatMap(({ table }) => table[shard] ?? []);
}
