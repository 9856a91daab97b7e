import { holderOf, type IndexRows } from "../cluster/physical-names.ts";
import { type IndexRow, latestRows, parseRow, physicalUid } from "../cluster/registry.ts";
import type { JsonObject } from "../core/types.ts";
import type { HybridClock } from "../routing/stamp.ts";
import type { Clock } from "../util/clock.ts";
import { shareNext } from "../util/share-next.ts";
import type { Operator } from "./operator.ts";
import type { SharedRecords } from "./shared-records.ts";
import type { StateRecord } from "./state-index.ts";
import type { StoringTask } from "./store-on-nodes.ts";

/** What an {@link IndexRegistry} works with. */
export interface IndexRegistryOptions {
  readonly records: SharedRecords;
  readonly clock: Pick<Clock, "monotonic" | "sleep">;
  /** Whose key may be good for searches alone. */
  readonly operator: Pick<Operator, "isSearchOnly">;
  /** Age from which the rows are read again in the background, in milliseconds. */
  readonly maxAgeMs: number;
  /** Told of every record that is read: they hold the debts that other processes wrote down. */
  readonly learn: (records: readonly StateRecord[]) => void;
  /** Sees every row's stamp, so that what this process writes on top of a row is above it, whatever its clock says. */
  readonly stamps: Pick<HybridClock, "observe">;
}

/** After so many times the age at which rows are read again, a process was idle, and the read is waited for. */
const IDLE = 2;

/** Longest wait for records when the rows that are known may do, in milliseconds. */
const PATIENCE_MS = 500;

/** The rows of all logical indexes: cached, read again when old or when an index is not found. */
export class IndexRegistry {
  readonly #options: IndexRegistryOptions;
  readonly #rows = new Map<string, IndexRow>();
  /** Node tasks that store the last row of an index, as long as they may be under way. */
  readonly #storing = new Map<string, readonly StoringTask[]>();
  readonly #everywhere = new Set<string>();
  /** Logical names of indexes, by those on the nodes. */
  readonly #logicalUids = new Map<string, string>();
  /** Reads of single rows, by uid. */
  readonly #confirmations = new Map<string, () => Promise<void>>();
  #revision = 0;
  #readAt: number;
  #reading: Promise<void> | undefined;
  /** When the read under way, or the last one, began. */
  #readFrom: number;
  /** Whether the last read failed: whoever can do without the next does not wait for it. */
  #isFailing = false;

  constructor(options: IndexRegistryOptions) {
    this.#options = options;
    this.#readAt = options.clock.monotonic();
    this.#readFrom = this.#readAt;
  }

  /** Learns the rows among records that were read already. */
  load(records: readonly StateRecord[]): void {
    this.#learn(records);
  }

  /** The row of an index that exists; reads again when this process does not know it, or was idle for a while. */
  async find(uid: string): Promise<IndexRow | undefined> {
    const known = this.peek(uid);
    if (known === undefined) {
      await this.refresh();
      return this.peek(uid);
    }
    const { clock, maxAgeMs } = this.#options;
    const ageMs = clock.monotonic() - this.#readAt;
    if (ageMs <= maxAgeMs) return known;
    // What failed before this process was idle says nothing of now.
    const failedLately = this.#isFailing && clock.monotonic() - this.#readFrom <= maxAgeMs * IDLE;
    const refreshed = this.refresh().catch(() => undefined); // the next call tries again; the age says when
    if (failedLately || ageMs <= maxAgeMs * IDLE) return known;
    // A read that is late waits for a silent node; calls that come meanwhile would each wait in vain.
    await this.#patiently(refreshed, PATIENCE_MS - (clock.monotonic() - this.#readFrom));
    return this.peek(uid);
  }

  /**
   * The row of an index that exists, read now: for changes of the index itself, which must not build upon
   * one that another process deleted or changed meanwhile.
   */
  async findNow(uid: string): Promise<IndexRow | undefined> {
    await this.refreshNow();
    return this.peek(uid);
  }

  /**
   * Makes sure that the row this process knows is the one in force. For writes: a server that is sent documents for an
   * index which another process deleted would create it again, and nobody would find them. The deletion was not done
   * before every node showed it, so one node is enough; when none tells, the row that is known has to do.
   */
  async confirm(uid: string): Promise<void> {
    // A key for searches alone writes nothing, and may not read a single record.
    if (this.peek(uid) === undefined || this.#options.operator.isSearchOnly) return;
    if (this.#isFailing) return; // where nothing can be read, nothing can be changed either
    let confirmation = this.#confirmations.get(uid);
    if (confirmation === undefined) {
      confirmation = shareNext(() => this.#confirm(uid));
      this.#confirmations.set(uid, confirmation);
    }
    await this.#patiently(confirmation(), PATIENCE_MS);
  }

  async #patiently(work: Promise<void>, longestMs: number): Promise<void> {
    if (longestMs <= 0) return;
    const done = new AbortController();
    const patience = this.#options.clock.sleep(longestMs, done.signal).catch(() => undefined);
    await Promise.race([work, patience]).finally(() => done.abort());
  }

  async #confirm(uid: string): Promise<void> {
    const record = await this.#options.records.readOne(recordId(uid));
    const shown = record && parseRow(record.value);
    const known = this.#rows.get(uid);
    // A row of our own may be on its way to the nodes.
    if (shown === undefined || (known !== undefined && shown.stamp <= known.stamp)) return;
    await this.#reading?.catch(() => undefined); // it may have passed the record before
    await this.refresh().catch(() => undefined); // what was told has to do
    this.#keepLatest([shown]);
  }

  /** The row as this process knows it. */
  peek(uid: string): IndexRow | undefined {
    const row = this.#rows.get(uid);
    return row?.deleted === true ? undefined : row;
  }

  /** Every existing index, by uid in byte order, as read now. */
  async list(): Promise<IndexRow[]> {
    await this.refresh();
    return [...this.#rows.values()].filter((row) => !row.deleted).sort((a, b) => (a.uid < b.uid ? -1 : 1));
  }

  /** Raised by every row that is new to this process. */
  get revision(): number {
    return this.#revision;
  }

  /** Every row this process knows, deleted ones included. */
  get rows(): IndexRows {
    return this.#rows;
  }

  /** The index that has this name on the nodes, as this process knows it. */
  holderOf(physical: string): IndexRow | undefined {
    return holderOf(physical, this.#rows);
  }

  /** Whether every node holds all of an index of theirs. */
  isEverywhere(physical: string): boolean {
    return this.#everywhere.has(physical);
  }

  /** The name that users know an index of the nodes by, also of one that was deleted since. */
  logicalUid(physical: string): string {
    return this.#logicalUids.get(physical) ?? physical;
  }

  /** Does work that belongs to the nodes' index of this name while no other process that shares the store does. */
  alone<T>(physical: string, work: () => Promise<T>): Promise<T> {
    return this.#options.records.alone(`settings/${physical}`, work);
  }

  /**
   * Makes rows the ones in force, all of them at once: known here now. Answers the node tasks that are to show them.
   * @throws MiroirError `miroir_store_unavailable` when they cannot be recorded
   */
  async put(...rows: readonly IndexRow[]): Promise<readonly StoringTask[]> {
    for (const row of rows) this.#keep(row);
    const records = rows.map(rowRecord);
    const names = rows.map(({ uid }) => `\`${uid}\``).join(", ");
    const storing = await this.#options.records.put(records, `Index ${names}`);
    for (const { uid } of rows) this.#storing.set(uid, storing);
    return storing;
  }

  /**
   * As {@link put}, for rows that were made from others: `undefined`, and nothing is changed, when another process changed
   * one of those.
   */
  async replace(
    replacements: readonly { readonly row: IndexRow; readonly former: IndexRow | undefined }[],
  ): Promise<readonly StoringTask[] | undefined> {
    const names = replacements.map(({ row }) => `\`${row.uid}\``).join(", ");
    const storing = await this.#options.records.replace(
      replacements.map(({ row, former }) => ({ record: rowRecord(row), formerStamp: former?.stamp })),
      `Index ${names}`,
    );
    if (storing === undefined) return undefined;
    for (const { row } of replacements) {
      this.#keep(row);
      this.#storing.set(row.uid, storing);
    }
    return storing;
  }

  /** The node tasks that are to show the last row that this process wrote of an index. */
  storing(uid: string): readonly StoringTask[] {
    return this.#storing.get(uid) ?? [];
  }

  /**
   * Resolves when other processes are shown the last row that this one wrote of an index, so that whoever is told that a
   * change is done may start another process that sees it.
   */
  async stored(uid: string): Promise<void> {
    const storing = this.storing(uid);
    await this.#options.records.untilShown(storing);
    if (this.#storing.get(uid) === storing) this.#storing.delete(uid);
  }

  /** As {@link refresh}, by a read that begins now: one under way may have passed the nodes before what the caller waited for. */
  async refreshNow(): Promise<void> {
    await this.#reading?.catch(() => undefined);
    await this.refresh();
  }

  /**
   * Reads all records; calls under way share one read.
   * @throws MiroirError `miroir_store_unavailable` when nobody shows them: an index that is not found may exist
   */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { records, learn, clock } = this.#options;
    this.#readFrom = clock.monotonic();
    const found = await records.readAll().catch((error: unknown) => {
      this.#isFailing = true;
      throw error;
    });
    this.#isFailing = false;
    this.#learn(found);
    learn(found);
    this.#readAt = clock.monotonic();
  }

  #learn(records: readonly StateRecord[]): void {
    this.#keepLatest(records.filter((record) => record.kind === "index").map((record) => parseRow(record.value)));
  }

  #keepLatest(rows: readonly IndexRow[]): void {
    for (const { stamp } of rows) this.#options.stamps.observe(stamp);
    for (const row of latestRows([...this.#rows.values(), ...rows]).values()) this.#keep(row);
  }

  #keep(row: IndexRow): void {
    if (this.#rows.get(row.uid)?.stamp !== row.stamp) this.#revision += 1;
    this.#rows.set(row.uid, row);
    if (!row.deleted) this.#logicalUids.set(physicalUid(row), row.uid);
    if (row.replicate === "everywhere") this.#everywhere.add(physicalUid(row));
  }
}

/** The record that holds the row of an index. */
export function rowRecord(row: IndexRow): StateRecord {
  return { id: recordId(row.uid), kind: "index", value: row as unknown as JsonObject };
}

/** Id of the record that holds the row of an index. */
function recordId(uid: string): string {
  return `index_${uid}`;
}
