import { buildTopology } from "../../src/cluster/topology.ts";
import { canonicalId } from "../../src/routing/document-id.ts";
import { idHash, loadHasher } from "../../src/routing/shard.ts";
import { timeOf } from "../measure.ts";
import type { Commands } from "./protocol.ts";

/** Milliseconds to find the nodes of many ids: checked, hashed, looked up in the table of a four-node cluster. */
export async function timeRoute({ ids, batches }: Commands["route"]["takes"]): Promise<number> {
  const hasher = await loadHasher();
  const nodes = [1, 2, 3, 4].map((number) => ({ url: `http://node-${number}.example.com` }));
  const topology = buildTopology({ clusterId: "", nodes, replicationFactor: 1, shards: 64 }, hasher);
  const table = topology.groups[0]?.table ?? [];
  const given = Array.from({ length: ids }, (_, position) => (position % 2 === 0 ? position : `product-${position}`));
  return timeOf(
    () => {
      const idsByNode = new Map<string, string[]>();
      for (const value of given) {
        const id = canonicalId(value);
        const owner = table[idHash(hasher, id) & (topology.shards - 1)]?.[0] ?? "";
        const list = idsByNode.get(owner);
        if (list === undefined) idsByNode.set(owner, [id]);
        else list.push(id);
      }
      return idsByNode;
    },
    { batches, calls: 10 },
  );
}
