import { buildTopology } from "../../src/cluster/topology.ts";
import { coverShards } from "../../src/routing/cover.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { timeOf } from "../measure.ts";
import type { Commands } from "./protocol.ts";

/** Milliseconds to choose the nodes of one search in a cluster of eight with two copies, all of them well. */
export async function timeCover({ shards, batches }: Commands["cover"]["takes"]): Promise<number> {
  const nodes = Array.from({ length: 8 }, (_, position) => ({ url: `http://node-${position}.example.com` }));
  const topology = buildTopology({ clusterId: "", nodes, replicationFactor: 2, shards }, await loadHasher());
  const asked = Array.from({ length: shards }, (_, shard) => shard);
  const groupNames = topology.groups.map(({ name }) => name);
  const ids = topology.nodes.map(({ id }) => id);
  let turn = 0;
  return timeOf(
    () => {
      turn = (turn + 3) % ids.length;
      const ranking = { groups: groupNames, tiers: [[...ids.slice(turn), ...ids.slice(0, turn)]] };
      return coverShards({ shards: asked, groups: topology.groups, usable: () => "good", ranking });
    },
    { batches, calls: 200 },
  );
}
