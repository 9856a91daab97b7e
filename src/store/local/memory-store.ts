import type { StateStore } from "../state-store.ts";
import type { HintListener } from "../store-driver.ts";
import { type StoreOptions, storeOver, withDefaults } from "../store-over.ts";
import { type DataHolder, localDriver } from "./local-driver.ts";
import { copyData, emptyData, type StoreData } from "./store-data.ts";

/** A store that lives as long as this process; tests and simulations open it several times, as processes would. */
export interface MemoryStore {
  /** Another way to the same data. */
  open(): StateStore;
  /** The data as they are, for {@link MemoryStore.restore}. */
  backup(): unknown;
  /** Puts older data back, as the restore of a backup would. */
  restore(backup: unknown): void;
}

/** A store in this process's memory. */
export function memoryStore(options: StoreOptions = {}): MemoryStore {
  const { clock } = withDefaults(options);
  const listeners = new Set<HintListener>();
  let current = emptyData(clock.now());
  const holder: DataHolder = {
    address: "memory:",
    read: async () => current,
    async change(make) {
      const before = current.revision;
      const { result } = make(current);
      if (current.revision !== before) for (const tell of [...listeners]) tell(undefined);
      return result;
    },
    listen(onHint) {
      listeners.add(onHint);
      return () => listeners.delete(onHint);
    },
    close: async () => {},
  };
  return {
    open: () => storeOver(localDriver(holder, clock), options),
    backup: () => copyData(current),
    restore(backup) {
      current = copyData(backup as StoreData);
    },
  };
}
