import type { Cluster } from "../../routes/cluster.ts";
import { type OpenDebt, openDebts } from "../repair/open-debts.ts";
import type { MoveOrder } from "./shard-move.ts";

/**
 * What owners of moving shards, or the nodes that get them, owe of these shards, as written down by now. No phase of a move
 * may begin while there is any: what an owner missed would be missing in the copy.
 * @throws MiroirError `miroir_store_unavailable` when the debts cannot be read
 */
export async function openDebtsOf(cluster: Cluster, { shards, everywhere }: MoveOrder): Promise<OpenDebt[]> {
  await cluster.registry.refresh();
  const nodesByShard = new Map(shards.map(({ shard, from, to }) => [shard, new Set([...from, ...to])]));
  const nodesOfAll = new Set([...(everywhere?.from ?? []), ...(everywhere?.to ?? [])]);
  const debts = cluster.debts.ledger.list().filter(({ index, shard, node }) => {
    const nodes = cluster.registry.isEverywhere(index) ? nodesOfAll : nodesByShard.get(shard);
    return nodes?.has(node) === true;
  });
  return openDebts(cluster, debts);
}
