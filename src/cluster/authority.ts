import type { Debt } from "./debt.ts";

/**
 * The owners whose word counts for one document of a shard. A write that every owner owes reached nobody for certain and
 * decides nothing; of the others the latest does: an owner that does not owe it has it. Without such a write all are equal.
 */
export function authoritiesFor(id: string, owners: readonly string[], debts: readonly Debt[]): readonly string[] {
  const debtorsByStamp = new Map<string, Set<string>>();
  for (const { ids, stamp, node } of debts) {
    if (ids !== "all" && !ids.includes(id)) continue;
    const debtors = debtorsByStamp.get(stamp);
    if (debtors === undefined) debtorsByStamp.set(stamp, new Set([node]));
    else debtors.add(node);
  }
  const deciding = [...debtorsByStamp].filter(([, debtors]) => owners.some((owner) => !debtors.has(owner)));
  const [, latest] = deciding.sort(([a], [b]) => (a < b ? 1 : -1))[0] ?? [];
  return latest === undefined ? owners : owners.filter((owner) => !latest.has(owner));
}
