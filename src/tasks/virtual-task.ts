import type { AcceptedChange } from "../cluster/missed.ts";
import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { TaskHead, TaskShard } from "../merge/tasks.ts";

/** A node's task that belongs to a virtual one. */
export interface NodeTaskRef {
  readonly node: NodeInfo;
  readonly taskUid: number;
}

/** One logical operation: what the user polls, and the node tasks behind it. */
export interface VirtualTask {
  readonly head: TaskHead;
  readonly parts: readonly NodeTaskRef[];
  readonly shards?: readonly TaskShard[];
  /** Physical uid of the one index that it is about; absent when it is about several or none. */
  readonly index?: string;
  /** Shards that a write of documents touches, as `encodeShards` writes them, and how many there are. */
  readonly touched?: { readonly shards: string; readonly of: number };
  readonly copies?: number;
  /** Whether the node tasks carry our `customMetadata`; one without it is another's, so the node lost its history. */
  readonly isMarked?: boolean;
  /** Nodes that are known not to hold the write, though they may have a task of it. */
  readonly indebted?: readonly string[];
  /** Whether some replica was known to owe it when it was accepted. */
  readonly isOwed?: boolean;
  /** True for another process's task that may have node tasks nobody has seen yet: it has not ended, whatever the known ones say. */
  readonly isPartial?: boolean;
  /** Virtual tasks that a cancelation or deletion is about. */
  readonly targets?: readonly number[];
  /** Node tasks that carry no part of it but the note about it. */
  readonly notes?: readonly NodeTaskRef[];
  /** The whole task, when no node was asked for it. */
  readonly view?: JsonObject;
  /**
   * Records that a node which acknowledged does not hold the write after all, for the shards that a holder has or another
   * replica owes.
   */
  readonly owe?: (node: NodeInfo, holders: ReadonlySet<string>) => Promise<void>;
  /** A change that every node makes alike; absent when it has to wait for each of them. */
  readonly change?: AcceptedChange | undefined;
  /** Runs once before the final state is shown. */
  readonly onSettled?: (view: JsonObject) => Promise<void>;
}

/** Prefix of the `customMetadata` that ties a node's task to its virtual one. */
function taskMark(uid: number): string {
  return `miroir:${uid}`;
}

/** Whether a node's task carries the mark of this virtual one. */
export function isMarkedAs(metadata: unknown, uid: number): boolean {
  return metadata === taskMark(uid) || String(metadata).startsWith(`${taskMark(uid)} `);
}
