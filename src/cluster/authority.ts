import type { Debt } from "./debt.ts";

/** A write that some owner missed. */
interface MissedWrite {
  readonly stamp: string;
  readonly debtors: Set<string>;
  /** Whether it was of these very documents, and not of whichever a filter or a function took. */
  isOfNamed: boolean;
  isAcknowledged: boolean;
}

/**
 * The owners whose word counts for one document of a shard. A write that every owner owes reached nobody for certain and
 * decides nothing; of the others the latest does: an owner that does not owe it has it. One that owes an earlier write of
 * the document has the later one in vain unless that was of the document by name: that a replica's earlier task failed may
 * turn out when it has acknowledged the later one long since. One that lost its data owes every write before that. Writes
 * that were not acknowledged decide when no other does.
 * Without any all are equal.
 */
export function authoritiesFor(id: string, owners: readonly string[], debts: readonly Debt[]): readonly string[] {
  const deciding = missedWritesOf(id, debts).filter(({ debtors }) => owners.some((owner) => !debtors.has(owner)));
  const acknowledged = deciding.filter(({ isAcknowledged }) => isAcknowledged);
  return holdersOfLatest(acknowledged, owners) ?? holdersOfLatest(deciding, owners) ?? owners;
}

/** The owners that have the latest of some writes, and what it needs of the earlier ones. */
function holdersOfLatest(writes: readonly MissedWrite[], owners: readonly string[]): string[] | undefined {
  for (const [position, { debtors, isOfNamed }] of writes.entries()) {
    const earlier = isOfNamed ? [] : writes.slice(position + 1);
    const holders = owners.filter((owner) => ![{ debtors }, ...earlier].some((write) => write.debtors.has(owner)));
    if (holders.length > 0) return holders;
  }
  return undefined;
}

/** The latest first. */
function missedWritesOf(id: string, debts: readonly Debt[]): MissedWrite[] {
  const byStamp = new Map<string, MissedWrite>();
  const own = debts.filter(({ ids }) => ids === "all" || ids.includes(id));
  for (const { ids, stamp, node, isUnacknowledged } of own) {
    const known = byStamp.get(stamp) ?? { stamp, debtors: new Set(), isOfNamed: false, isAcknowledged: true };
    known.debtors.add(node);
    if (ids !== "all") known.isOfNamed = true;
    if (isUnacknowledged === true) known.isAcknowledged = false;
    byStamp.set(stamp, known);
  }
  for (const lost of own.filter(({ isLoss }) => isLoss)) {
    for (const write of byStamp.values()) if (write.stamp < lost.stamp) write.debtors.add(lost.node);
  }
  return [...byStamp.values()].sort((a, b) => (a.stamp < b.stamp ? 1 : -1));
}
