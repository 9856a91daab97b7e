import { physicalUid } from "../../cluster/registry.ts";
import type { ClusterSurvey } from "../survey/survey.ts";
import { counted } from "../terminal/counted.ts";
import type { Finding } from "./finding.ts";

/** Which nodes owe writes of which index. */
export function debtFindings({ debts, rows }: ClusterSurvey): Finding[] {
  const uids = new Map(rows.map((row) => [physicalUid(row), row.uid]));
  const shardsByOwner = new Map<string, { node: string; index: string; shards: Set<number> }>();
  for (const { node, index, shard } of debts) {
    const key = `${node}/${index}`;
    const owner = shardsByOwner.get(key) ?? { node, index, shards: new Set<number>() };
    owner.shards.add(shard);
    shardsByOwner.set(key, owner);
  }
  return [...shardsByOwner.values()].map(({ node, index, shards }): Finding => {
    const uid = uids.get(index) ?? index;
    return {
      ...{ code: "debt", severity: "warning", nodes: [node], index: uid },
      message: `Node ${node} missed writes of index ${uid} in ${counted(shards.size, "shard")}; reads avoid it there.`,
      remedy: "Run `miroir repair`, or keep a client connected, while every node answers.",
    };
  });
}
