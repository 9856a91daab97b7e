import { type Debt, DebtLedger, debtAmong, mergeDebts, parseDebt } from "../cluster/debt.ts";
import { isDropped } from "../cluster/physical-names.ts";
import { latestRows, parseRow } from "../cluster/registry.ts";
import type { JsonObject } from "../core/types.ts";
import type { Random } from "../util/random.ts";
import type { SharedRecords } from "./shared-records.ts";
import type { StateRecord } from "./state-index.ts";

/** Who is told of the debts that this process writes down, and of their payment. */
export interface DebtListeners {
  owed?(debts: readonly Debt[]): void;
  paid?(debts: readonly Debt[]): void;
}

/** So many records are deleted at once when nobody needs them any more. */
const DROPPED_AT_ONCE = 100;

/** The debts this process knows of, and the way to write new ones, and their payment, down for all. */
export class DebtBook {
  readonly ledger = new DebtLedger();
  readonly #records: Pick<SharedRecords, "keep" | "keepDebts" | "drop">;
  readonly #random: Pick<Random, "uuid">;
  /** Debts as they were written down, by record: all that the ledger has, or had. */
  readonly #written = new Map<string, readonly Debt[]>();
  /** Debts that are not paid, by where they are written down. */
  readonly #entries = new Map<string, Debt>();
  readonly #paid = new Set<string>();
  /** Records that are being written down. */
  readonly #underWay = new Set<string>();
  /** What could not be written down so far, by the record that this process knows it by. */
  readonly #unkept = new Map<string, readonly Debt[]>();
  readonly #listeners = new Set<() => void>();
  /** Version of the debts that were read. */
  #version = 0;
  /** Records of debts that the store showed when it was last read, and what its records of payments paid. */
  #listed = new Set<string>();
  /** Versions from which on it shows records of this process. */
  readonly #shownFrom = new Map<string, number>();
  #payments = new Map<string, readonly string[]>();
  /** Shards of an index that is spread; undefined as long as nobody said. */
  #shards: number | undefined;

  readonly #tell: DebtListeners;

  constructor(
    records: Pick<SharedRecords, "keep" | "keepDebts" | "drop">,
    random: Pick<Random, "uuid">,
    tell: DebtListeners = {},
  ) {
    this.#records = records;
    this.#random = random;
    this.#tell = tell;
  }

  /** Says how many shards there are: debts from before a change of their number are owed of other ones since. */
  reshard(shards: number): void {
    if (shards === this.#shards) return;
    this.#shards = shards;
    this.ledger.pay(this.#entries.values());
    this.#entries.clear();
    for (const [id, debts] of this.#written) this.#enter(id, debts);
  }

  /**
   * Forgets all debts: those in the store of a cluster that was recovered count no more, and one alone that this process
   * remembers would make repair trust the wrong replica.
   */
  forget(): void {
    this.ledger.pay(this.#entries.values());
    this.#entries.clear();
    this.#written.clear();
    this.#unkept.clear();
    this.#version = 0;
    this.#listed.clear();
    this.#shownFrom.clear();
    this.#payments.clear();
  }

  /** Calls back whenever there are new debts. */
  onDebt(listener: () => void): void {
    this.#listeners.add(listener);
    if (this.#entries.size > 0) listener();
  }

  /**
   * Learns the debts among records; one counts once, from however many places and however often it is read. Those of
   * an index that was deleted are none any more, as no name on the nodes is used twice; nor are paid ones.
   */
  load(records: readonly StateRecord[]): void {
    const version = versionAmong(records);
    if (version !== undefined && version < this.#version) return; // a later reading came first
    const rows = latestRows(records.filter(({ kind }) => kind === "index").map(({ value }) => parseRow(value)));
    const isOwed = ({ index }: Debt) => !isDropped(index, rows);
    for (const { kind, value } of records) if (kind === "payment") this.#learnPayment(value["paid"] as string[]);
    for (const { id, kind, value } of records) {
      if (kind !== "debt" || this.#written.has(id)) continue;
      this.#write(id, (value["debts"] as JsonObject[]).map(parseDebt).filter(isOwed));
    }
    if (version !== undefined) this.#learnListing(records, version);
  }

  /** A store shows all there is: what it showed before and does not any more was paid. */
  #learnListing(records: readonly StateRecord[], version: number): void {
    this.#version = version;
    const listed = new Set(records.flatMap(({ id, kind }) => (kind === "debt" ? [id] : [])));
    for (const [id, from] of this.#shownFrom) if (from <= version && this.#shownFrom.delete(id)) this.#listed.add(id);
    for (const id of this.#listed) if (!listed.has(id)) this.#unwrite(id);
    this.#listed = listed;
    this.#payments = new Map(
      records.flatMap(({ id, kind, value }) => {
        const paid = kind === "payment" ? (value["paid"] as string[]) : [];
        return paid.some(isOfDebt) ? [[id, paid] as const] : [];
      }),
    );
    for (const key of this.#paid) if (!this.#written.has(recordOf(key))) this.#paid.delete(key);
  }

  /** Deletes the records of debts that were paid, and of their payment, once there are many. */
  async tidy(): Promise<void> {
    const open = new Set([...this.#entries.keys()].map(recordOf));
    const paid = [...this.#listed].filter((id) => !open.has(id));
    const isPast = (key: string) => isOfDebt(key) && !open.has(recordOf(key));
    const payments = [...this.#payments].filter(([, keys]) => keys.every(isPast)).map(([id]) => id);
    if (paid.length + payments.length < DROPPED_AT_ONCE) return;
    await this.#records.drop([...paid, ...payments]);
    for (const id of paid) {
      this.#unwrite(id);
      this.#listed.delete(id);
    }
    for (const id of payments) this.#payments.delete(id);
  }

  /**
   * Writes down that debts are paid; a node that cannot be told keeps the debt, and whoever reads both believes the
   * payment.
   * @throws MiroirError `miroir_store_unavailable` when it cannot be kept anywhere; the debts then stay
   */
  async pay(debts: readonly Debt[]): Promise<void> {
    const owing = new Set(debts);
    const paid = [...this.#entries].filter(([, debt]) => owing.has(debt)).map(([key]) => key);
    if (paid.length === 0) return;
    await this.#records.keep(
      { id: `payment_${this.#random.uuid()}`, kind: "payment", value: { paid } },
      "The payment of debts",
    );
    this.#learnPayment(paid);
    this.#tell.paid?.(debts);
  }

  #learnPayment(paid: readonly string[]): void {
    for (const key of paid) {
      this.#paid.add(key);
      const debt = this.#entries.get(key);
      if (debt !== undefined) this.ledger.pay([debt]);
      this.#entries.delete(key);
    }
  }

  #write(recordId: string, debts: readonly Debt[]): void {
    this.#written.set(recordId, debts);
    this.#enter(recordId, debts);
  }

  #enter(recordId: string, debts: readonly Debt[]): void {
    const isPaid = (debt: Debt) => this.#paid.has(entryKey(recordId, debt));
    const owed = debts
      .filter((debt) => !isPaid(debt))
      .flatMap((debt) => (this.#shards === undefined ? [debt] : debtAmong(debt, this.#shards)))
      .filter((debt) => !isPaid(debt));
    const owedByKey = new Map<string, Debt>();
    for (const debt of owed) {
      const key = entryKey(recordId, debt);
      const half = owedByKey.get(key);
      owedByKey.set(key, half === undefined ? debt : mergeDebts(half, debt));
    }
    for (const [key, debt] of owedByKey) this.#entries.set(key, debt);
    this.ledger.add(owedByKey.values());
    if (owed.length > 0) for (const listener of this.#listeners) listener();
  }

  /**
   * Keeps the debts of one call as one immutable record.
   * @param ifUnkept what they are to be should they not be kept now, but later
   * @returns whether this process knows of all debts that were written down before these; else it has to read them
   * @throws MiroirError `miroir_store_unavailable` when it cannot be kept; the debts are known to this process all the same
   */
  async record(debts: readonly Debt[], ifUnkept = debts): Promise<boolean> {
    if (debts.length === 0) return true;
    const knowsAll = await this.#keep(debts, ifUnkept);
    this.#tell.owed?.(debts);
    return knowsAll;
  }

  /** Whether others can know of a debt: one that is not written down so far is known here alone. */
  isKept(debt: Debt): boolean {
    return ![...this.#underWay, ...this.#unkept.keys()].some((id) => this.#entries.get(entryKey(id, debt)) === debt);
  }

  /**
   * Writes down what could not be when it came up; others know of it from now on.
   * @param now milliseconds since 1970
   * @throws MiroirError `miroir_store_unavailable`
   */
  async keepUnkept(now: number): Promise<void> {
    for (const [id, debts] of [...this.#unkept]) {
      // Its own record may land yet, as it was: another one says since when it is known.
      const kept = this.#keep(debts.map((debt) => ({ ...debt, foundAt: now })));
      this.#unkept.delete(id);
      this.#unenter(id);
      await kept;
    }
  }

  async #keep(debts: readonly Debt[], ifUnkept = debts): Promise<boolean> {
    const record = this.#recordOf(debts);
    const { id } = record;
    this.#write(id, debts);
    this.#underWay.add(id);
    const what = "The write reached some replicas and not others, and that fact";
    try {
      const { knowsAll, version } = await this.#records.keepDebts(record, what, this.#version);
      this.#shownFrom.set(id, version);
      return knowsAll;
    } catch (error) {
      this.#unkept.set(id, ifUnkept);
      throw error;
    } finally {
      this.#underWay.delete(id);
    }
  }

  #recordOf(debts: readonly Debt[]): StateRecord {
    const value = { debts: debts as unknown as JsonObject[] };
    return { id: `debt_${this.#random.uuid()}`, kind: "debt", value };
  }

  #unwrite(recordId: string): void {
    this.#written.delete(recordId);
    this.#unenter(recordId);
  }

  #unenter(recordId: string): void {
    for (const [key, debt] of [...this.#entries]) {
      if (!key.startsWith(`${recordId}/`)) continue;
      this.#entries.delete(key);
      this.ledger.pay([debt]);
    }
  }
}

/** Version of the debts among records that a store showed; undefined among those of nodes. */
function versionAmong(records: readonly StateRecord[]): number | undefined {
  return records.find(({ kind }) => kind === "version")?.value["revision"] as number | undefined;
}

/** Whether what was paid is a debt, and not another thing that a node missed. */
function isOfDebt(key: string): boolean {
  return key.startsWith("debt_");
}

/** The record that an entry is in. */
function recordOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}

/** Where a debt is written down: a record holds at most one of a stamp for a replica of a shard. */
function entryKey(recordId: string, { index, shard, of, node, stamp }: Debt): string {
  return `${recordId}/${index}/${shard}${of === undefined ? "" : `:${of}`}/${node}/${stamp}`;
}
