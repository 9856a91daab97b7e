import type { JsonValue } from "../../core/types.ts";
import type { CommitResult, Lease, StoreChange, StoreEntry } from "../state-store.ts";
import type { CommitRequest, LeaseRequest } from "../store-driver.ts";
import type { StoreData } from "./store-data.ts";

/** Commits between two clean-ups of what has run out. */
const COMMITS_PER_SWEEP = 100;

/** The entry of a key at a time. */
export function entryAt(data: StoreData, key: string, time: number): StoreEntry | undefined {
  const stored = data.entriesByKey.get(key);
  if (stored === undefined || stored.expiresAt <= time) return undefined;
  return { key, value: copyOf(stored.value), revision: stored.revision };
}

/** All entries below a prefix at a time, in order. */
export function entriesAt(data: StoreData, prefix: string, time: number): StoreEntry[] {
  const keys = [...data.entriesByKey.keys()].filter((key) => key.startsWith(prefix)).sort();
  return keys.flatMap((key) => entryAt(data, key, time) ?? []);
}

/** Makes all changes, or none and says why. */
export function commitChanges(data: StoreData, { changes, fence }: CommitRequest, time: number): CommitResult {
  if (fence !== undefined && !isInForce(data, fence, time)) {
    return { ok: false, reason: "fenced", key: fence.name, current: undefined };
  }
  for (const { key, expected } of changes) {
    const current = entryAt(data, key, time);
    if (expected !== undefined && expected !== (current?.revision ?? null)) {
      return { ok: false, reason: "changed", key, current };
    }
  }
  const revision = data.revision + 1;
  // A value that no JSON can hold throws here, before anything is changed.
  const copies = changes.map((change) => ({ ...change, value: copyOf(change.value) }));
  for (const change of copies) applyChange(data, change, { revision, time });
  data.revision = revision;
  if (revision % COMMITS_PER_SWEEP === 0) forgetPast(data, time);
  return { ok: true, revision };
}

function applyChange(
  data: StoreData,
  { key, value, ttlMs = Number.POSITIVE_INFINITY }: StoreChange,
  { revision, time }: { readonly revision: number; readonly time: number },
): void {
  if (value === null) data.entriesByKey.delete(key);
  else data.entriesByKey.set(key, { value, revision, expiresAt: time + ttlMs });
}

/** Takes a lease, unless another holder has it. */
export function takeLease(data: StoreData, { name, holder, ttlMs }: LeaseRequest, time: number): Lease | undefined {
  const last = data.leasesByName.get(name);
  if (last !== undefined && last.expiresAt > time && last.holder !== holder) return undefined;
  const lease = { holder, token: Math.max((last?.token ?? 0) + 1, time), expiresAt: time + ttlMs };
  data.leasesByName.set(name, lease);
  return { name, ttlMs, ...lease };
}

/** Prolongs a lease that is in force. */
export function renewLease(data: StoreData, lease: Lease, time: number): Lease | undefined {
  if (!isInForce(data, lease, time)) return undefined;
  const { name, holder, token, ttlMs } = lease;
  const expiresAt = time + ttlMs;
  data.leasesByName.set(name, { holder, token, expiresAt });
  return { name, holder, token, ttlMs, expiresAt };
}

/** Ends a lease that is in force; its token is kept, so that the next is greater. */
export function releaseLease(data: StoreData, lease: Lease, time: number): void {
  if (isInForce(data, lease, time)) data.leasesByName.set(lease.name, { ...lease, expiresAt: time });
}

function isInForce(data: StoreData, { name, holder, token }: Lease, time: number): boolean {
  const stored = data.leasesByName.get(name);
  return stored !== undefined && stored.token === token && stored.holder === holder && stored.expiresAt > time;
}

/** Adds an entry to a log and answers its offset. */
export function appendEntry(data: StoreData, name: string, entry: JsonValue): number {
  const log = data.logsByName.get(name) ?? { first: 1, entries: [] };
  log.entries.push(copyOf(entry));
  data.logsByName.set(name, log);
  return log.first + log.entries.length - 1;
}

/** Forgets the beginning of a log. */
export function trimLog(data: StoreData, name: string, through: number): void {
  const log = data.logsByName.get(name);
  if (log === undefined) return;
  const count = Math.min(log.entries.length, Math.max(0, through + 1 - log.first));
  log.entries.splice(0, count);
  log.first += count;
}

/** Forgets what has run out. A lease whose token is below the time needs no memory: the next token is the time at least. */
function forgetPast(data: StoreData, time: number): void {
  for (const [key, { expiresAt }] of data.entriesByKey) if (expiresAt <= time) data.entriesByKey.delete(key);
  for (const [name, { expiresAt, token }] of data.leasesByName) {
    if (expiresAt <= time && token < time) data.leasesByName.delete(name);
  }
}

/** As it would come back from a backend that keeps JSON text; nobody else can change it. */
export function copyOf<T extends JsonValue>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
