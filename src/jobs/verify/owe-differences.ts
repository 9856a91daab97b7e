import type { Debt } from "../../cluster/debt.ts";
import type { Cluster } from "../../routes/cluster.ts";
import type { ConfirmedDifference } from "./suspects.ts";

/** Ids of one record of debts. */
const RECORD_IDS = 2000;

/**
 * Turns differences into debts of the copies that lose, which repair pays; nothing is copied here. Each has the stamp of
 * the copy that wins: a write behind it that left debts of its own decides before them.
 * @returns the number of copies that owe
 */
export async function oweDifferences(
  { debts, view }: Cluster,
  index: string,
  differences: readonly ConfirmedDifference[],
): Promise<number> {
  let copies = 0;
  for (let start = 0; start < differences.length; start += RECORD_IDS) {
    const owed = debtsOf(index, differences.slice(start, start + RECORD_IDS), view.now());
    await debts.record(owed);
    copies += owed.reduce((sum, { ids }) => sum + ids.length, 0);
  }
  return copies;
}

function debtsOf(index: string, differences: readonly ConfirmedDifference[], foundAt: number): Debt[] {
  const byReplica = new Map<string, Debt & { readonly ids: string[] }>();
  for (const { id, shard, stamp, debtors } of differences) {
    for (const node of debtors) {
      const key = `${shard}/${node}/${stamp}`;
      const known = byReplica.get(key);
      if (known === undefined) byReplica.set(key, { index, shard, node, ids: [id], stamp, foundAt });
      else known.ids.push(id);
    }
  }
  return [...byReplica.values()];
}
