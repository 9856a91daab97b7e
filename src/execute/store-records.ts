import type { JsonObject } from "../core/types.ts";
import type { StateStore, StoreChange, StoreEntry } from "../store/state-store.ts";
import { stampOf } from "./latest-records.ts";
import type { SharedRecords } from "./shared-records.ts";
import type { StateRecord } from "./state-index.ts";
import type { StoringTask } from "./store-on-nodes.ts";

/** Prefix of the keys of records. */
const RECORDS = "record/";

/** The records of a cluster with a store: entries of it, there for every process as soon as they are written. */
export class StoreRecords implements SharedRecords {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  async readAll(): Promise<readonly StateRecord[]> {
    return (await this.#store.list(RECORDS)).map(recordOf);
  }

  async readOne(id: string): Promise<StateRecord | undefined> {
    const entry = await this.#store.get(`${RECORDS}${id}`).catch(() => undefined);
    return entry && recordOf(entry);
  }

  /** A record that carries a stamp takes the place of one with an older stamp only, as everywhere. */
  async put(records: readonly StateRecord[]): Promise<readonly StoringTask[]> {
    for (;;) {
      const changes = (await Promise.all(records.map((record) => this.#changeTo(record)))).flat();
      if (changes.length === 0 || (await this.#store.commit(changes)).ok) return [];
    }
  }

  async keep(record: StateRecord): Promise<void> {
    await this.#store.commit([recordChange(record)]);
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
export function recordChange({ id, kind, value }: StateRecord): StoreChange {
  return { key: `${RECORDS}${id}`, value: { kind, value } };
}

function recordOf({ key, value }: StoreEntry): StateRecord {
  const { kind, value: content } = value as { kind: StateRecord["kind"]; value: JsonObject };
  return { id: key.slice(RECORDS.length), kind, value: content };
}
