import type { JsonObject } from "../core/types.ts";

/** A virtual task as miroir knows it without asking nodes. */
export interface TaskHead {
  readonly uid: number;
  readonly indexUid: string | null;
  /** The server's task type, `documentAdditionOrUpdate` for one. */
  readonly type: string;
  /** RFC 3339 date at which miroir accepted the call. */
  readonly enqueuedAt: string;
  /** Details known from the call itself (`receivedDocuments`, `providedIds`, the logical settings, …); nodes only add counts to them. */
  readonly details?: JsonObject;
  readonly customMetadata?: string;
  /** How many documents or ids the nodes were given, where the caller's count names some of them twice. */
  readonly distinct?: number;
  /** Uid of the virtual task that canceled this one. */
  readonly canceledBy?: number;
  /** Why miroir itself failed the task, a four-key body; such a task has no parts. */
  readonly error?: JsonObject;
}

/** One node's task of a virtual task. */
export interface TaskPart {
  readonly node: string;
  /** Order of the part: the error of the first failed one is shown. */
  readonly order: number;
  /** The node's task view; null while it is not known, which counts as not finished. */
  readonly task: JsonObject | null;
  /** True when the replica is recorded as indebted for this write: it is not waited for and does not count. */
  readonly indebted?: boolean;
}

/** A shard that the write touched: which nodes acknowledged it, and how many of them must succeed. */
export interface TaskShard {
  readonly nodes: readonly string[];
  readonly required: number;
}

/** Everything that makes up the view of one virtual task. */
export interface TaskMerge {
  readonly head: TaskHead;
  readonly parts: readonly TaskPart[];
  /** The shards touched; without them every part that is not indebted must succeed. */
  readonly shards?: readonly TaskShard[];
  /** How many parts count each document, 1 unless told; for calls with `receivedDocuments` or `providedIds` it is found from these. */
  readonly copies?: number;
}
