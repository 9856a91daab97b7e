import { randomUUID } from "node:crypto";
import { type Debt, DebtLedger, parseDebt } from "../cluster/debt.ts";
import { holderOf, isDropped } from "../cluster/physical-names.ts";
import { latestRows, parseRow } from "../cluster/registry.ts";
import { MiroirError } from "../core/errors.ts";
import type { JsonObject, NodeInfo } from "../core/types.ts";
import { decodeStamp } from "../routing/stamp.ts";
import type { Operator } from "./operator.ts";
import { putState, type StateRecord } from "./state-index.ts";

/** What a {@link DebtBook} works with. */
export interface DebtBookOptions {
  readonly operator: Operator;
  readonly nodes: readonly NodeInfo[];
  readonly isSuspect: (node: string) => boolean;
}

/** The debts this process knows of, and the way to write new ones, and their payment, down on the nodes. */
export class DebtBook {
  readonly ledger = new DebtLedger();
  readonly #options: DebtBookOptions;
  /** Ids of the records whose debts the ledger has, or had. */
  readonly #known = new Set<string>();
  /** Debts that are not paid, by where they are written down. */
  readonly #entries = new Map<string, Debt>();
  readonly #paid = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(options: DebtBookOptions) {
    this.#options = options;
  }

  /** Calls back whenever there are new debts. */
  onDebt(listener: () => void): void {
    this.#listeners.add(listener);
    if (this.#entries.size > 0) listener();
  }

  /**
   * Learns the debts found on the nodes; a record counts once, from however many nodes and however often it is read. Debts
   * from before an index was created belong to a deleted one of the same name, and paid ones are none any more.
   */
  load(records: readonly StateRecord[]): void {
    const rows = latestRows(records.filter(({ kind }) => kind === "index").map(({ value }) => parseRow(value)));
    const isOwed = ({ index, stamp }: Debt) => {
      const row = holderOf(index, rows);
      if (row === undefined) return !isDropped(index, rows);
      return decodeStamp(stamp).timeMs >= Date.parse(row.createdAt);
    };
    for (const { kind, value } of records) if (kind === "payment") this.#learnPayment(value["paid"] as string[]);
    for (const { id, kind, value } of records) {
      if (kind !== "debt" || this.#known.has(id)) continue;
      this.#enter(id, (value["debts"] as JsonObject[]).map(parseDebt).filter(isOwed));
    }
  }

  /**
   * Writes down that debts are paid, on every node that can be asked; a node that cannot be keeps the debt, and whoever
   * reads both believes the payment.
   * @throws MiroirError `miroir_store_unavailable` when no node took it; the debts then stay
   */
  async pay(debts: readonly Debt[]): Promise<void> {
    const owing = new Set(debts);
    const paid = [...this.#entries].filter(([, debt]) => owing.has(debt)).map(([key]) => key);
    if (paid.length === 0) return;
    await this.#store({ id: `payment_${randomUUID()}`, kind: "payment", value: { paid } }, "The payment of debts");
    this.#learnPayment(paid);
  }

  #learnPayment(paid: readonly string[]): void {
    for (const key of paid) {
      this.#paid.add(key);
      const debt = this.#entries.get(key);
      if (debt !== undefined) this.ledger.pay([debt]);
      this.#entries.delete(key);
    }
  }

  #enter(recordId: string, debts: readonly Debt[]): void {
    this.#known.add(recordId);
    const owed = debts.filter((debt) => !this.#paid.has(entryKey(recordId, debt)));
    for (const debt of owed) this.#entries.set(entryKey(recordId, debt), debt);
    this.ledger.add(owed);
    if (owed.length > 0) for (const listener of this.#listeners) listener();
  }

  /**
   * Stores the debts of one call as one immutable record on every node that can be asked.
   * @throws MiroirError `miroir_store_unavailable` when no node took it; the debts are known to this process all the same
   */
  async record(debts: readonly Debt[]): Promise<void> {
    if (debts.length === 0) return;
    const id = `debt_${randomUUID()}`;
    this.#enter(id, debts);
    const value = { debts: debts as unknown as JsonObject[] };
    await this.#store({ id, kind: "debt", value }, "The write reached some replicas and not others, and that fact");
  }

  async #store(record: StateRecord, what: string): Promise<void> {
    const { operator, nodes, isSuspect } = this.#options;
    const healthy = nodes.filter((node) => !isSuspect(node.id));
    const keepers = healthy.length > 0 ? healthy : nodes; // all were slow for a moment; the write was taken all the same
    const results = await Promise.allSettled(keepers.map((node) => putState(operator, node, [record])));
    if (results.some((result) => result.status === "fulfilled")) return;
    throw new MiroirError("miroir_store_unavailable", `${what} could not be stored on any node. Send the call again.`, {
      status: 503,
      reason: results.find((result) => result.status === "rejected")?.reason,
    });
  }
}

/** Where a debt is written down: a record holds at most one for a replica of a shard. */
function entryKey(recordId: string, { index, shard, node }: Debt): string {
  return `${recordId}/${index}/${shard}/${node}`;
}
