import type { Cluster } from "../../routes/cluster.ts";
import { chooseSources } from "./choose-sources.ts";
import type { IndexMove } from "./shard-move.ts";

/**
 * The node that each shard of an index is copied from: an owner that answers and owes nothing.
 * @throws Error naming a shard that no owner can be copied from, and why
 */
export function fitSources({ health, debts }: Cluster, { index, moves }: IndexMove): ReadonlyMap<number, string> {
  const isFit = (node: string, shard: number) => !health.isSuspect(node) && !debts.ledger.owes(index, node, shard);
  const sources = chooseSources(moves, isFit);
  const orphan = moves.find(({ shard, to }) => to.length > 0 && !sources.has(shard));
  if (orphan === undefined) return sources;
  const reasons = orphan.from.map((node) => `node \`${node}\` ${health.reasonOf(node) ?? "owes writes"}`).join("; ");
  throw new Error(`Shard ${orphan.shard} of index \`${index}\` cannot be copied: ${reasons}.`);
}
