import { COMMIT_CASES } from "./commit-cases.ts";
import { ENTRY_CASES } from "./entry-cases.ts";
import { FAULT_CASES } from "./fault-cases.ts";
import { LEASE_CASES } from "./lease-cases.ts";
import { LOG_CASES } from "./log-cases.ts";
import type { StoreAbility, StoreBackend } from "./store-case.ts";
import { WATCH_CASES } from "./watch-cases.ts";

/** What is put to the test. */
export interface StoreConformanceOptions {
  /** Starts an empty store; called once for each case. */
  readonly start: () => Promise<StoreBackend>;
  /** What the backends that `start` answers can be made to do; cases that need more are marked. */
  readonly abilities: readonly StoreAbility[];
}

/** One promise of the `StateStore` contract, for any test runner. */
export interface StoreConformanceCase {
  readonly name: string;
  /** Abilities that it needs and the backend lacks: to be skipped, and said so, unless empty. */
  readonly missing: readonly StoreAbility[];
  /** Starts a store, tries the promise and disposes of the store; rejects when it is broken. */
  readonly run: () => Promise<void>;
}

/**
 * The promises of the `StateStore` contract, for people who write a store of their own:
 * `for (const { name, run } of storeConformance({ start, abilities: [] })) it(name, run)`.
 */
export function storeConformance({ start, abilities }: StoreConformanceOptions): StoreConformanceCase[] {
  const cases = [...ENTRY_CASES, ...COMMIT_CASES, ...LEASE_CASES, ...LOG_CASES, ...WATCH_CASES, ...FAULT_CASES];
  return cases.map(({ name, needs, run }) => ({
    name,
    missing: needs.filter((need) => !abilities.includes(need)),
    async run() {
      const backend = await start();
      try {
        await run(backend);
      } finally {
        await backend.dispose();
      }
    },
  }));
}
