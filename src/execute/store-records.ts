import type { JsonObject } from "../core/types.ts";
import type { CommitResult, StateStore, StoreChange, StoreEntry } from "../store/state-store.ts";
import { stampOf } from "./latest-records.ts";
import type { KeptDebts, Replacement, SharedRecords } from "./shared-records.ts";
import type { StateRecord } from "./state-index.ts";
import type { StoringTask } from "./store-on-nodes.ts";
import { StoreTurns, type TurnEnvironment } from "./store-turns.ts";
import { type CommitWatch, NO_COMMITS } from "./view/store-history.ts";

/** Prefix of the keys of records. */
const RECORDS = "record/";

/** Key that is written with all debts: its revision tells whether another process wrote some. */
const DEBTS = "record-debts";

/** Beginning of both, so that one read shows the records and the version that they have. */
const SHOWN = "record";

/** The records of a cluster with a store: entries of it, there for every process as soon as they are written. */
export class StoreRecords implements SharedRecords {
  readonly #store: StateStore;
  readonly #turns: StoreTurns;
  readonly #commits: CommitWatch;
  /** Version of the debts that were read, or the one since then that this process made of them. */
  #debtsKnown = 0;
  /** Debts that are kept next, and those under way. */
  #batch: { readonly changes: StoreChange[]; readonly kept: Promise<KeptDebts> } | undefined;
  #keeping: Promise<unknown> = Promise.resolve();

  /** @param commits told of all that the store shows of its commits */
  constructor(store: StateStore, environment: TurnEnvironment, commits: CommitWatch = NO_COMMITS) {
    this.#store = store;
    this.#commits = commits;
    this.#turns = new StoreTurns(store, environment);
  }

  async readAll(): Promise<readonly StateRecord[]> {
    const entries = await this.#store.list(SHOWN);
    for (const { revision } of entries) this.#commits.saw(revision);
    return entries.map((entry) => (entry.key === DEBTS ? versionOf(entry) : recordOf(entry)));
  }

  async readOne(id: string): Promise<StateRecord | undefined> {
    const entry = await this.#store.get(`${RECORDS}${id}`).catch(() => undefined);
    return entry && recordOf(entry);
  }

  /** A record that carries a stamp takes the place of one with an older stamp only, as everywhere. */
  async put(records: readonly StateRecord[]): Promise<readonly StoringTask[]> {
    for (;;) {
      const changes = (await Promise.all(records.map((record) => this.#changeTo(record)))).flat();
      if (changes.length === 0 || (await this.#commit(changes))) return [];
    }
  }

  async replace(replacements: readonly Replacement[]): Promise<readonly StoringTask[] | undefined> {
    for (;;) {
      const currents = await Promise.all(replacements.map(({ record }) => this.#store.get(keyOf(record))));
      const stamps = currents.map((current) => current && stampOf(recordOf(current)));
      if (replacements.some(({ formerStamp }, position) => formerStamp !== stamps[position])) return undefined;
      const changes = replacements.map(({ record }, position): StoreChange => {
        return { ...recordChange(record), expected: currents[position]?.revision ?? null };
      });
      if (await this.#commit(changes)) return [];
    }
  }

  alone<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(name, work);
  }

  async keep(record: StateRecord): Promise<void> {
    await this.put([record]);
  }

  /** Those of calls at the same time together: this process's own are no news to it. */
  keepDebts(record: StateRecord, _what: string, version: number): Promise<KeptDebts> {
    this.#debtsKnown = Math.max(this.#debtsKnown, version);
    this.#batch ??= { changes: [], kept: this.#keeping.then(() => this.#keepBatch()) };
    this.#batch.changes.push(recordChange(record)); // no other has its id
    return this.#batch.kept;
  }

  async drop(ids: readonly string[]): Promise<void> {
    await this.#try(ids.map((id) => ({ key: keyOf({ id }), value: null })));
  }

  #keepBatch(): Promise<KeptDebts> {
    const changes = this.#batch?.changes ?? [];
    this.#batch = undefined;
    const kept = this.#commitDebts(changes);
    this.#keeping = kept.catch(() => undefined); // told to whoever waits for it
    return kept;
  }

  async #commitDebts(changes: readonly StoreChange[]): Promise<KeptDebts> {
    const expected = this.#debtsKnown === 0 ? null : this.#debtsKnown;
    const own = await this.#try([...changes, { key: DEBTS, value: {}, expected }]);
    this.#debtsKnown = own.ok ? own.revision : 0; // until they are read again
    const kept = own.ok ? own : await this.#try([...changes, { key: DEBTS, value: {} }]);
    return { knowsAll: own.ok, version: kept.ok ? kept.revision : Number.POSITIVE_INFINITY };
  }

  async #commit(changes: readonly StoreChange[]): Promise<boolean> {
    return (await this.#try(changes)).ok;
  }

  async #try(changes: readonly StoreChange[]): Promise<CommitResult> {
    const before = this.#commits.mark();
    const result = await this.#store.commit(changes);
    if (result.ok) this.#commits.made(result.revision, before);
    return result;
  }

  untilShown(): Promise<void> {
    return Promise.resolve(); // they are shown once they are written
  }

  /** Calls back when records may have changed; answers how to stop. */
  watch(listener: () => void): () => void {
    const watch = this.#store.watch(RECORDS, listener);
    return () => watch.close();
  }

  async #changeTo(record: StateRecord): Promise<StoreChange[]> {
    const change = recordChange(record);
    const current = await this.#store.get(change.key);
    if (current !== undefined && stampOf(recordOf(current)) > stampOf(record)) return [];
    return [{ ...change, expected: current?.revision ?? null }];
  }
}

/** The change of a store that writes a record. */
export function recordChange(record: StateRecord): StoreChange {
  const { kind, value } = record;
  return { key: keyOf(record), value: { kind, value } };
}

function keyOf({ id }: Pick<StateRecord, "id">): string {
  return `${RECORDS}${id}`;
}

function versionOf({ revision }: StoreEntry): StateRecord {
  return { id: "version", kind: "version", value: { revision } };
}

function recordOf({ key, value }: StoreEntry): StateRecord {
  const { kind, value: content } = value as { kind: StateRecord["kind"]; value: JsonObject };
  return { id: key.slice(RECORDS.length), kind, value: content };
}
