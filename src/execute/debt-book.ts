import { randomUUID } from "node:crypto";
import { type Debt, DebtLedger, parseDebt } from "../cluster/debt.ts";
import { latestRows, parseRow, physicalUid } from "../cluster/registry.ts";
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

/** The debts this process knows of, and the way to write new ones down on the nodes before a call returns. */
export class DebtBook {
  readonly ledger = new DebtLedger();
  readonly #options: DebtBookOptions;
  /** Ids of the records whose debts the ledger has. */
  readonly #known = new Set<string>();

  constructor(options: DebtBookOptions) {
    this.#options = options;
  }

  /**
   * Learns the debts found on the nodes; a record counts once, from however many nodes and however often it is read. Debts
   * from before an index was created belong to a deleted one of the same name.
   */
  load(records: readonly StateRecord[]): void {
    const rows = latestRows(records.filter(({ kind }) => kind === "index").map(({ value }) => parseRow(value)));
    const rowsByIndex = new Map([...rows.values()].map((row) => [physicalUid(row), row]));
    const isOwed = ({ index, stamp }: Debt) => {
      const row = rowsByIndex.get(index);
      return row === undefined || (!row.deleted && decodeStamp(stamp).timeMs >= Date.parse(row.createdAt));
    };
    for (const { id, kind, value } of records) {
      if (kind !== "debt" || this.#known.has(id)) continue;
      this.ledger.add((value["debts"] as JsonObject[]).map(parseDebt).filter(isOwed));
      this.#known.add(id);
    }
  }

  /**
   * Stores the debts of one call as one immutable record on every node that can be asked.
   * @throws MiroirError `miroir_store_unavailable` when no node took it; the debts are known to this process all the same
   */
  async record(debts: readonly Debt[]): Promise<void> {
    if (debts.length === 0) return;
    this.ledger.add(debts);
    const { operator, nodes, isSuspect } = this.#options;
    const record: StateRecord = {
      id: `debt_${randomUUID()}`,
      kind: "debt",
      value: { debts: debts as unknown as JsonObject[] },
    };
    this.#known.add(record.id);
    const keepers = nodes.filter((node) => !isSuspect(node.id));
    const results = await Promise.allSettled(keepers.map((node) => putState(operator, node, [record])));
    if (results.some((result) => result.status === "fulfilled")) return;
    throw new MiroirError(
      "miroir_store_unavailable",
      "The write reached some replicas and not others, and no node could store that fact. Send it again.",
      { status: 503, reason: results.find((result) => result.status === "rejected")?.reason },
    );
  }
}
