import { concernsWholeNode, type MissedChange, parseMissed } from "../cluster/missed.ts";
import type { JsonObject } from "../core/types.ts";
import type { Random } from "../util/random.ts";
import type { SharedRecords } from "./shared-records.ts";
import type { StateRecord } from "./state-index.ts";

/** The administrative changes that nodes missed, in order for each node, and the way to write them down for all. */
export class MissedBook {
  readonly #records: Pick<SharedRecords, "keep">;
  readonly #random: Pick<Random, "uuid">;
  /** Ids of the records that were read or written. */
  readonly #known = new Set<string>();
  /** Changes that their nodes were not given yet, by where they are written down. */
  readonly #open = new Map<string, MissedChange>();
  readonly #made = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(records: Pick<SharedRecords, "keep">, random: Pick<Random, "uuid">) {
    this.#records = records;
    this.#random = random;
  }

  /** Calls back whenever a node missed something. */
  onMissed(listener: () => void): void {
    this.#listeners.add(listener);
    if (this.#open.size > 0) listener();
  }

  /** Learns what is written down among records, from however many places and however often it is read. */
  load(records: readonly StateRecord[]): void {
    for (const { kind, value } of records) if (kind === "payment") this.#close(value["paid"] as string[]);
    for (const { id, kind, value } of records) {
      if (kind === "missed") this.#enter(id, (value["changes"] as JsonObject[]).map(parseMissed));
    }
  }

  /**
   * Writes down what nodes missed, before the change counts as made.
   * @param name the same for all who write down the same, so that it is written down once
   * @throws MiroirError `miroir_store_unavailable` when it cannot be kept; this process knows it all the same
   */
  async record(changes: readonly MissedChange[], name = this.#random.uuid()): Promise<void> {
    if (changes.length === 0) return;
    const id = `missed_${name}`;
    this.#enter(id, changes);
    const value = { changes: changes as unknown as JsonObject[] };
    await this.#records.keep({ id, kind: "missed", value }, "The fact that a node missed the change");
  }

  /**
   * Writes down that nodes were given what they missed.
   * @throws MiroirError `miroir_store_unavailable` when it cannot be kept anywhere; they count as behind then
   */
  async pay(changes: readonly MissedChange[]): Promise<void> {
    const made = new Set(changes);
    const paid = [...this.#open].filter(([, change]) => made.has(change)).map(([key]) => key);
    if (paid.length === 0) return;
    const id = `payment_${this.#random.uuid()}`;
    await this.#records.keep({ id, kind: "payment", value: { paid } }, "That a node caught up");
    this.#close(paid);
  }

  /** What a node missed and was not given yet, oldest first; of all nodes unless one is named. */
  list(node?: string): MissedChange[] {
    const changes = [...this.#open.values()].filter((change) => (node ?? change.node) === change.node);
    return changes.sort((a, b) => (a.stamp === b.stamp ? 0 : a.stamp < b.stamp ? -1 : 1));
  }

  /** Whether a node must neither be read nor written for an index of the nodes. */
  isBehind(node: string, index: string): boolean {
    if (this.#open.size === 0) return false;
    return this.#some(node, (change) => {
      return concernsWholeNode(change) || (change.matter === "index" && (change.name ?? index) === index);
    });
  }

  /** Whether a node missed anything at all, so that it does not have every record or every index. */
  isBehindAnyhow(node: string): boolean {
    return this.#some(node, () => true);
  }

  /** Why a node must not be used for anything; `undefined` when it may. */
  whyHeld(node: string): string | undefined {
    const held = [...this.#open.values()].find((change) => change.node === node && concernsWholeNode(change));
    return held && `has yet to catch up: it missed ${inSentence(held.what)}`;
  }

  #some(node: string, isSuch: (change: MissedChange) => boolean): boolean {
    for (const change of this.#open.values()) if (change.node === node && isSuch(change)) return true;
    return false;
  }

  #enter(id: string, changes: readonly MissedChange[]): void {
    if (this.#known.has(id)) return;
    this.#known.add(id);
    for (const change of changes) {
      const key = entryKey(id, change);
      if (!this.#made.has(key)) this.#open.set(key, change);
    }
    if (this.#open.size > 0) for (const listener of this.#listeners) listener();
  }

  #close(keys: readonly string[]): void {
    for (const key of keys) {
      this.#made.add(key);
      this.#open.delete(key);
    }
  }
}

/** Where a missed change is written down: a record holds at most one of a matter for a node. */
function entryKey(recordId: string, { node, matter, name = "" }: MissedChange): string {
  return `${recordId}/${node}/${matter}/${name}`;
}

/** The subject of one sentence inside another. */
function inSentence(what: string): string {
  return `${what.charAt(0).toLowerCase()}${what.slice(1)}`;
}
