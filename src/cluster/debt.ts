import { z } from "zod";
import { decodeStamp } from "../routing/stamp.ts";

const debtSchema = z.object({
  index: z.string(),
  shard: z.number().int().nonnegative(),
  node: z.string(),
  ids: z.union([z.literal("all"), z.array(z.string())]),
  stamp: z.string(),
  foundAt: z.number().optional(),
  of: z.number().int().positive().optional(),
  isUnacknowledged: z.literal(true).optional(),
  isLoss: z.literal(true).optional(),
});

/** A replica that is known to have missed a write: hinted handoff kept as a fact, paid later by repair. */
export interface Debt {
  /** Physical uid, which names the generation. */
  readonly index: string;
  readonly shard: number;
  readonly node: string;
  /** The documents missed; "all" when anything in the shard may be. */
  readonly ids: readonly string[] | "all";
  /** Stamp of the write that was missed. */
  readonly stamp: string;
  /** When it was found, where the writer did not know of it: milliseconds since 1970. */
  readonly foundAt?: number;
  /** Shards that the index had when this was written down; those it has now unless told. */
  readonly of?: number;
  /** Set when the write's caller was told that too few replicas took it: it must not prevail over one that was acknowledged. */
  readonly isUnacknowledged?: true;
  /** Set when the replica lost whatever it had: it has nothing of what was written before the stamp. */
  readonly isLoss?: true;
}

/** Checks a debt that came from a node or a store. */
export function parseDebt(value: unknown): Debt {
  return debtSchema.parse(value) as Debt;
}

/**
 * Since when writers may know of a debt, in milliseconds since 1970. The stamp of one that was found says nothing of that:
 * a clock that went wrong may have given the stamp, however far ahead.
 */
export function knownSince({ stamp, foundAt }: Debt): number {
  return foundAt ?? decodeStamp(stamp).timeMs;
}

/**
 * A debt by the shards that its index has now: twice as many mean that it may be owed of both halves of its shard. An index
 * that is replicated everywhere has one shard always.
 */
export function debtAmong(debt: Debt, shards: number): Debt[] {
  const { shard, of = shards } = debt;
  if (of === shards || of === 1) return [debt];
  if (of > shards) return [{ ...debt, shard: shard % shards, of: shards }];
  return Array.from({ length: shards / of }, (_, half) => ({ ...debt, shard: shard + half * of, of: shards }));
}

/** What a replica owes of one write in two halves of a shard, where there are no halves (any more, or yet). */
export function mergeDebts(one: Debt, other: Debt): Debt {
  const { isUnacknowledged, isLoss = other.isLoss, ...rest } = one;
  const ids = one.ids === "all" || other.ids === "all" ? "all" : [...one.ids, ...other.ids];
  return {
    ...{ ...rest, ids },
    ...(isUnacknowledged && other.isUnacknowledged && { isUnacknowledged }),
    ...(isLoss && { isLoss }),
  };
}

/** Every debt this process knows of, answering the questions that reads and writes ask on their hot path. */
export class DebtLedger {
  readonly #byReplica = new Map<string, Debt[]>();
  /** Debts that writes under way may turn out to leave. */
  readonly #doubts = new Set<Debt>();

  add(debts: Iterable<Debt>): void {
    for (const debt of debts) {
      const key = replicaKey(debt.index, debt.node, debt.shard);
      const known = this.#byReplica.get(key);
      if (known === undefined) this.#byReplica.set(key, [debt]);
      else known.push(debt);
    }
  }

  /**
   * Takes debts for granted that a write under way may leave, until its outcome is known: writes behind it must not count
   * on the replica. Reads need not know of them, since nobody was told yet that the write succeeded.
   * @returns what takes the doubt away again
   */
  doubt(debts: readonly Debt[]): () => void {
    for (const debt of debts) this.#doubts.add(debt);
    return () => {
      for (const debt of debts) this.#doubts.delete(debt);
    };
  }

  /** Whether a replica of a shard owes anything. */
  owes(index: string, node: string, shard: number): boolean {
    return this.#byReplica.size > 0 && this.#byReplica.has(replicaKey(index, node, shard));
  }

  /** Whether a replica owes one of these documents ("all": anything in the shard). */
  owesAny(index: string, replica: { node: string; shard: number }, ids: readonly string[] | "all"): boolean {
    const debts = [...(this.#byReplica.get(replicaKey(index, replica.node, replica.shard)) ?? [])];
    for (const doubt of this.#doubts) {
      if (doubt.index === index && doubt.node === replica.node && doubt.shard === replica.shard) debts.push(doubt);
    }
    if (debts.length === 0 || ids === "all") return debts.length > 0;
    const asked = new Set(ids);
    return debts.some((debt) => debt.ids === "all" || debt.ids.some((id) => asked.has(id)));
  }

  /** Every debt, in order of arrival per replica. */
  list(): Debt[] {
    return [...this.#byReplica.values()].flat();
  }

  /** Forgets debts that were paid. */
  pay(debts: Iterable<Debt>): void {
    for (const paid of debts) {
      const key = replicaKey(paid.index, paid.node, paid.shard);
      const left = this.#byReplica.get(key)?.filter((debt) => debt !== paid) ?? [];
      if (left.length > 0) this.#byReplica.set(key, left);
      else this.#byReplica.delete(key);
    }
  }

  /** Forgets the debts of an index that no longer exists. */
  dropIndex(index: string): void {
    for (const key of [...this.#byReplica.keys()]) {
      if (key.startsWith(`${index}/`)) this.#byReplica.delete(key);
    }
  }
}

function replicaKey(index: string, node: string, shard: number): string {
  return `${index}/${shard}/${node}`;
}
