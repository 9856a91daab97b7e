/** Which documents of a shard a write touches. */
export type TouchedIds = readonly string[] | "all";

/**
 * The documents that a write touches, by shard, as long as its tasks are open: about three bytes more than an id's own
 * letters. An id that was cut out of a payload would keep the payload.
 */
export class PackedIds {
  /** The list as JSON. */
  readonly #byShard = new Map<number, string>();

  constructor(idsByShard: ReadonlyMap<number, TouchedIds>) {
    for (const [shard, ids] of idsByShard) this.#byShard.set(shard, JSON.stringify(ids));
  }

  get shards(): number[] {
    return [...this.#byShard.keys()];
  }

  /** Those of one shard; everything in a shard of which nothing is known. */
  of(shard: number): TouchedIds {
    const packed = this.#byShard.get(shard);
    return packed === undefined ? "all" : (JSON.parse(packed) as TouchedIds);
  }
}
