import type { JsonValue } from "../../core/types.ts";

/** All that a store holds, for backends that keep it in their own hands. Times are those of the store's clock. */
export interface StoreData {
  readonly incarnation: string;
  revision: number;
  /** Latest time that the store has shown with a change. */
  time: number;
  /** What the store's clock is ahead of the machine's, because that jumped back. */
  clockOffset: number;
  readonly entriesByKey: Map<string, StoredEntry>;
  readonly leasesByName: Map<string, StoredLease>;
  readonly logsByName: Map<string, StoredLog>;
}

/** What is kept of a key. */
interface StoredEntry {
  readonly value: JsonValue;
  readonly revision: number;
  /** Infinity when kept for ever. */
  readonly expiresAt: number;
}

/** What is kept of a lease; a released one has run out at once. */
interface StoredLease {
  readonly holder: string;
  readonly token: number;
  readonly expiresAt: number;
}

/** What is kept of a log: the entries from `first` on. */
interface StoredLog {
  first: number;
  readonly entries: JsonValue[];
}

/** A store that begins. */
export function emptyData(now: number): StoreData {
  return {
    incarnation: crypto.randomUUID(),
    revision: 0,
    time: now,
    clockOffset: 0,
    entriesByKey: new Map(),
    leasesByName: new Map(),
    logsByName: new Map(),
  };
}

/** A copy that can be changed without changing the original. */
export function copyData(data: StoreData): StoreData {
  const logs = [...data.logsByName].map(([name, { first, entries }]): [string, StoredLog] => [
    name,
    { first, entries: [...entries] },
  ]);
  return {
    ...data,
    entriesByKey: new Map(data.entriesByKey),
    leasesByName: new Map(data.leasesByName),
    logsByName: new Map(logs),
  };
}

/** A moment: what the machine's clock says, and the latest time that whoever looks has been shown. */
export interface Moment {
  readonly now: number;
  readonly shown: number;
}

/** The store's time at a moment: it never goes back. */
export function timeOf(data: StoreData, { now, shown }: Moment): number {
  return Math.max(data.time, shown, now + data.clockOffset);
}

/**
 * Moves the store's time on and answers it. After a backward jump of the machine's clock the store's goes on from where
 * it was at the usual speed, or leases would not end before the machine's had caught up.
 */
export function moveTime(data: StoreData, moment: Moment): number {
  data.time = timeOf(data, moment);
  data.clockOffset = data.time - moment.now;
  return data.time;
}
