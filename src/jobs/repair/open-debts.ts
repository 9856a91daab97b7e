import type { Debt } from "../../cluster/debt.ts";
import { topologyOf } from "../../cluster/layout.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { groupBy } from "../../util/group-by.ts";

/** What one node owes of one index. */
export interface OpenDebt {
  readonly node: string;
  /** Logical uid; empty for administrative changes. */
  readonly index: string;
  /** Shards concerned. */
  readonly shards: number;
  /** Documents, "all" when anything in a shard may be missing. */
  readonly documents: number | "all";
  /** Administrative changes that it was not given yet, in order; they concern no shard and no document. */
  readonly changes: readonly string[];
  /** What has to change before it can be paid, in words; `undefined` when nothing has to. */
  readonly reason: string | undefined;
}

/** Every debt that this process knows of, or those given, by node and index. */
export function openDebts(cluster: Cluster, debts: readonly Debt[] = cluster.debts.ledger.list()): OpenDebt[] {
  return [...groupBy(debts, ({ node, index }) => `${node}/${index}`).values()]
    .flatMap((debts) => summary(cluster, debts))
    .sort((a, b) => (`${a.node}/${a.index}` < `${b.node}/${b.index}` ? -1 : 1));
}

function summary(cluster: Cluster, debts: readonly Debt[]): OpenDebt[] {
  const [first] = debts;
  if (first === undefined) return [];
  const ids = new Set(debts.flatMap((debt) => (debt.ids === "all" ? [] : debt.ids)));
  const missing = new Set(debts.flatMap((debt) => missingFor(cluster, debt)));
  return [
    {
      node: first.node,
      index: cluster.registry.logicalUid(first.index),
      shards: new Set(debts.map(({ shard }) => shard)).size,
      documents: debts.some((debt) => debt.ids === "all") ? "all" : ids.size,
      changes: [],
      reason:
        missing.size === 0 ? undefined : [...missing].map((id) => `node ${id} ${reasonOf(cluster, id)}`).join("; "),
    },
  ];
}

/** What each node has yet to be given of administrative changes. */
export function openChanges({ missed, health }: Cluster): OpenDebt[] {
  const nodes = [...new Set(missed.list().map(({ node }) => node))];
  return nodes.map((node) => ({
    ...{ node, index: "", shards: 0, documents: 0 },
    changes: [...new Set(missed.list(node).map(({ what }) => what))],
    reason: health.isAway(node) ? `node ${node} ${reasonOf({ health }, node)}` : undefined,
  }));
}

function reasonOf({ health }: Pick<Cluster, "health">, node: string): string {
  return health.reasonOf(node) ?? "does not answer";
}

/**
 * The nodes that must come back before a debt can be paid: its own, and all other owners of the shard unless one of those
 * that answer has everything.
 */
export function missingFor({ registry, topology, health, debts }: Cluster, debt: Debt): string[] {
  const { index, shard, node } = debt;
  const row = registry.holderOf(index);
  const { groups } = topologyOf(row ?? {}, topology);
  const owners = groups.flatMap(({ table }) => table[shard] ?? []);
  const away = owners.filter((owner) => health.isSuspect(owner));
  const isHeldWhole = owners.some((owner) => !away.includes(owner) && !debts.ledger.owes(index, owner, shard));
  return isHeldWhole ? away.filter((owner) => owner === node) : away;
}
