import type { JsonValue } from "../core/types.ts";
import type { CommitResult, Lease, LogEntry, StoreChange, StoreEntry, StoreStatus } from "./state-store.ts";

/** All that a commit asks for. */
export interface CommitRequest {
  readonly changes: readonly StoreChange[];
  readonly fence?: Lease | undefined;
}

/** All that a lease asks for. */
export interface LeaseRequest {
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: number;
}

/** Which entries of a log are wanted. */
interface ReadRequest {
  readonly log: string;
  readonly after: number;
  readonly limit: number;
}

/** Told that keys have changed; undefined stands for any key. */
export type HintListener = (keys: readonly string[] | undefined) => void;

/**
 * What a backend has to know by itself. {@link storeOver} makes a whole store of it: it checks arguments, limits the time
 * of calls, and polls for watchers. Calls mean what those of the store mean; `signal` fires when nobody waits any more.
 */
export interface StoreDriver {
  readonly address: string;
  get(key: string, signal: AbortSignal): Promise<StoreEntry | undefined>;
  list(prefix: string, signal: AbortSignal): Promise<StoreEntry[]>;
  commit(request: CommitRequest, signal: AbortSignal): Promise<CommitResult>;
  lease(request: LeaseRequest, signal: AbortSignal): Promise<Lease | undefined>;
  renew(lease: Lease, signal: AbortSignal): Promise<Lease | undefined>;
  release(lease: Lease, signal: AbortSignal): Promise<void>;
  append(log: string, entry: JsonValue, signal: AbortSignal): Promise<number>;
  read(request: ReadRequest, signal: AbortSignal): Promise<LogEntry[]>;
  trim(log: string, through: number, signal: AbortSignal): Promise<void>;
  status(signal: AbortSignal): Promise<StoreStatus>;
  /** Begins to tell of changes, as far as the backend can; answers how to stop. */
  listen(onHint: HintListener): () => void;
  close(): Promise<void>;
}
