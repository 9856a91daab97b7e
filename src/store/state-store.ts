import type { JsonValue } from "../core/types.ts";

/**
 * The small shared memory of all processes that work with one cluster: keys with compare-and-set, leases with fencing
 * tokens, logs and a clock. All times are milliseconds of the store's own clock, which never goes back.
 *
 * Every call may reject with
 * - {@link StoreUnavailable} (`miroir_store_unavailable`, 503) when it may be tried again; its `outcome` says whether the
 *   call may have taken effect all the same,
 * - `miroir_invalid_config` when address or credentials are refused,
 * - `miroir_closed` after {@link StateStore.close},
 * - the reason of `signal` when that fires; a change may have taken effect then,
 * - `RangeError` for a name, number or set of changes that no store takes.
 *
 * Names of keys, leases and logs have 1 to 512 code units, all of them well-formed Unicode.
 */
export interface StateStore {
  /** Where the store is, for messages: without credentials. */
  readonly address: string;
  /** The entry of a key; undefined when there is none, or its time to live is over. */
  get(key: string, options?: StoreCallOptions): Promise<StoreEntry | undefined>;
  /** All entries whose keys begin with `prefix`, as of one moment, in code-unit order of their keys. */
  list(prefix: string, options?: StoreCallOptions): Promise<StoreEntry[]>;
  /**
   * Makes all changes or none. Commits are linearisable: all processes see them in the order of their revisions. A
   * commit of no changes still checks its fence and raises the revision. A key may be in it once.
   */
  commit(changes: readonly StoreChange[], options?: CommitOptions): Promise<CommitResult>;
  /** A commit that writes one key. */
  put(key: string, value: JsonValue, options?: PutOptions): Promise<CommitResult>;
  /** A commit that deletes one key; it succeeds when there is none, unless `expected` says otherwise. */
  delete(key: string, options?: DeleteOptions): Promise<CommitResult>;
  /**
   * Calls back when a key that begins with `prefix` may have changed, and once soon after the first watch began. No more
   * than a hint: it may come late, without reason, or never (an entry whose time is over gives none), so read again now
   * and then all the same.
   */
  watch(prefix: string, listener: () => void): StoreWatch;
  /**
   * Takes a lease that nobody holds; undefined while another holder has it. A holder who has it already gets it anew,
   * with a new token, so that one whose call was lost can ask again; the older token is void then.
   */
  lease(name: string, options: LeaseOptions): Promise<Lease | undefined>;
  /** Prolongs a lease by its `ttlMs` from now; undefined when it has run out or somebody took it: it never revives. */
  renew(lease: Lease, options?: StoreCallOptions): Promise<Lease | undefined>;
  /** Gives a lease back; does nothing when it is not in force any more. */
  release(lease: Lease, options?: StoreCallOptions): Promise<void>;
  /** Adds an entry to a log, which begins to be with its first; answers its offset: 1, 2, 3… without gaps. */
  append(log: string, entry: JsonValue, options?: StoreCallOptions): Promise<number>;
  /** Entries of a log in order, those that were trimmed left out. */
  read(log: string, options?: ReadOptions): Promise<LogEntry[]>;
  /** Forgets all entries of a log up to and with the offset `through`; offsets are never given again. */
  trim(log: string, through: number, options?: StoreCallOptions): Promise<void>;
  /** What tells a store from another one, or from its own past. */
  status(options?: StoreCallOptions): Promise<StoreStatus>;
  /** Ends all watches and connections; what is under way may reject. Leases stay until their time is over. */
  close(): Promise<void>;
}

/** What a key holds. */
export interface StoreEntry {
  readonly key: string;
  readonly value: JsonValue;
  /** Store-wide sequence number of the commit that wrote it. */
  readonly revision: number;
}

/** One change of a commit. */
export interface StoreChange {
  readonly key: string;
  /** What the key shall hold; null deletes it. */
  readonly value: JsonValue | null;
  /** Revision that the key must have, null when it must not exist; whatever it holds unless told. */
  readonly expected?: number | null;
  /** Time after which the key is gone, from now. Kept for ever unless told. */
  readonly ttlMs?: number;
}

/** How a commit ended; a conflict is a value, because callers have to decide on it. */
export type CommitResult =
  | {
      readonly ok: true;
      /** Sequence number of this commit: one more than that of the commit before. */
      readonly revision: number;
    }
  | {
      readonly ok: false;
      /** `changed`: `key` is not as expected. `fenced`: the fence, a lease named `key`, is not in force any more. */
      readonly reason: "changed" | "fenced";
      readonly key: string;
      /** What the key holds instead; undefined when nothing, or when fenced. */
      readonly current: StoreEntry | undefined;
    };

/** The right to do something alone, for a time. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  /**
   * Fencing number: greater than those of all former leases of this name. It is never below the store's time, so that it
   * grows even over a loss or roll-back of the store's data.
   */
  readonly token: number;
  readonly ttlMs: number;
  /** When it ends, by the store's clock. */
  readonly expiresAt: number;
}

/** An entry of a log. */
export interface LogEntry {
  readonly offset: number;
  readonly entry: JsonValue;
}

/** What tells a store from another one, or from its own past. */
export interface StoreStatus {
  /** The store's clock, in milliseconds since 1970. Differs from this machine's; never goes back. */
  readonly time: number;
  /** Made once, when the store began: a store that lost its data has another. */
  readonly incarnation: string;
  /** Sequence number of the latest commit, 0 before the first. Lower than once seen: the store is back in its own past. */
  readonly revision: number;
}

/** A running watch. */
export interface StoreWatch {
  close(): void;
}

/** What every call takes. */
export interface StoreCallOptions {
  readonly signal?: AbortSignal;
}

/** Options of {@link StateStore.commit}. */
export interface CommitOptions extends StoreCallOptions {
  /** Commits only while this lease is in force. */
  readonly fence?: Lease;
}

/** Options of {@link StateStore.put}; see {@link StoreChange}. */
export interface PutOptions extends CommitOptions {
  readonly expected?: number | null;
  readonly ttlMs?: number;
}

/** Options of {@link StateStore.delete}; see {@link StoreChange}. */
export interface DeleteOptions extends CommitOptions {
  readonly expected?: number | null;
}

/** Options of {@link StateStore.lease}. */
export interface LeaseOptions extends StoreCallOptions {
  /** Who asks; unique among all processes. */
  readonly holder: string;
  readonly ttlMs: number;
}

/** Options of {@link StateStore.read}. */
export interface ReadOptions extends StoreCallOptions {
  /** Offset of the last entry that is known already. @default 0 */
  readonly after?: number;
  /** Entries at most. @default 1000 */
  readonly limit?: number;
}
