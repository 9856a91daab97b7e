import { randomUUID } from "node:crypto";
import { type Debt, DebtLedger, parseDebt } from "../cluster/debt.ts";
import { MiroirError } from "../core/errors.ts";
import type { JsonObject, NodeInfo } from "../core/types.ts";
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

  constructor(options: DebtBookOptions) {
    this.#options = options;
  }

  /** Learns the debts found on the nodes; the same record from several nodes counts once. */
  load(records: readonly StateRecord[]): void {
    const byId = new Map(records.filter((record) => record.kind === "debt").map((record) => [record.id, record]));
    for (const { value } of byId.values()) this.ledger.add((value["debts"] as JsonObject[]).map(parseDebt));
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
