/** Node tasks by node id. */
export type TasksByNode = Readonly<Record<string, readonly number[]>>;

/** What is remembered of an acknowledged write until every read can be told to see it: plain JSON, for a token. */
export interface NotedWrite {
  /** Number of its virtual task. */
  readonly taskUid: number;
  /** Physical uid of the index it is about; absent when it is about several, as a swap. */
  readonly index?: string;
  /** Shards that it touches, as `encodeShards` writes them; absent when all. */
  readonly shards?: string;
  /** Shards that the index had; given with `shards`. */
  readonly of?: number;
  /** Whether the node tasks carry the number of the virtual one in their metadata. */
  readonly isMarked?: true;
  /** Tasks of the nodes that acknowledged it; an empty list for one that is known to have applied it. */
  readonly parts: TasksByNode;
  /** Tasks that store the index's record, where the nodes keep it. */
  readonly rows?: TasksByNode;
  /** Nodes that are known not to have it. */
  readonly missed?: readonly string[];
}
