import type { StateRecord } from "./state-index.ts";
import type { StoringTask } from "./store-on-nodes.ts";

/** Where the records are kept that all processes of a cluster share: rows of indexes, debts, search rules. */
export interface SharedRecords {
  /**
   * Every record there is.
   * @throws MiroirError `miroir_store_unavailable` when nobody shows them
   */
  readAll(): Promise<readonly StateRecord[]>;
  /** One record as it is now; undefined when there is none, or when nobody tells. */
  readOne(id: string): Promise<StateRecord | undefined>;
  /**
   * Keeps records, all of them at once, wherever they may be read from. Answers the node tasks that are still to show them.
   * @param what the records in words, for the error
   * @throws MiroirError `miroir_store_unavailable`
   */
  put(records: readonly StateRecord[], what: string): Promise<readonly StoringTask[]>;
  /**
   * As {@link put}, when nobody changed the records since they were read; undefined, and nothing is kept, when somebody
   * did. Nodes have no compare-and-set: there the last one wins.
   */
  replace(replacements: readonly Replacement[], what: string): Promise<readonly StoringTask[] | undefined>;
  /** Does work of this name while no other process does; processes that share nothing but nodes do not wait for each other. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
  /**
   * Keeps a record in at least one place that outlives this process, for what must be known even while nodes are down.
   * @param what the record in words, for the error
   * @throws MiroirError `miroir_store_unavailable`
   */
  keep(record: StateRecord, what: string): Promise<void>;
  /**
   * As {@link keep}, for debts.
   * @param version of the debts that were read, as the record of kind "version" names it
   */
  keepDebts(record: StateRecord, what: string, version: number): Promise<KeptDebts>;
  /** Deletes records that nobody needs any more. Nodes keep them: one that is away would bring them back. */
  drop(ids: readonly string[]): Promise<void>;
  /** Resolves when everybody who reads is shown what these tasks store, or it took too long. */
  untilShown(storing: readonly StoringTask[]): Promise<void>;
}

/** How debts were kept. */
export interface KeptDebts {
  /** Whether nobody else wrote down others since the version that was read. Nodes cannot tell, and take it for so. */
  readonly knowsAll: boolean;
  /** The first version that they are in; 0 on nodes, which have none. */
  readonly version: number;
}

/** A record and the stamp of the one that it is made from, absent when it is the first. */
export interface Replacement {
  readonly record: StateRecord;
  readonly formerStamp: string | undefined;
}
