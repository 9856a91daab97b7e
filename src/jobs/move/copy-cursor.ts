import type { ShardMove } from "./shard-move.ts";

/** How far shards were copied from one node to another. */
export interface CopyMark {
  /** Physical uid. */
  readonly index: string;
  readonly source: string;
  readonly target: string;
  readonly shards: readonly number[];
  /** Every document up to this stamp was copied, as it was then; of those that share it perhaps only some. */
  readonly through: string;
}

/** How far a copy is: what a job saves, to go on from there. */
export type CopyCursor = readonly CopyMark[];

/** Shards that are copied together, in the order of the stamps. */
export interface CopyStream {
  readonly source: string;
  readonly target: string;
  readonly shards: readonly number[];
  /** Stamp to begin with; `undefined` to begin with the first. */
  readonly from: string | undefined;
}

/** What streams are planned from. */
export interface StreamPlan {
  /** Physical uid. */
  readonly index: string;
  readonly moves: readonly ShardMove[];
  /** See `chooseSources`. */
  readonly sources: ReadonlyMap<number, string>;
  readonly cursor: CopyCursor;
}

/** One stream for all shards with the same source and target that were copied as far; a shard with another source begins anew. */
export function planStreams({ index, moves, sources, cursor }: StreamPlan): CopyStream[] {
  const reached = new Map<string, string>();
  for (const mark of cursor) {
    if (mark.index === index) for (const shard of mark.shards) reached.set(key({ ...mark, shard }), mark.through);
  }
  const streams = new Map<string, CopyStream & { readonly shards: number[] }>();
  for (const { shard, to } of moves) {
    const source = sources.get(shard);
    if (source === undefined) continue;
    for (const target of to) {
      const from = reached.get(key({ source, target, shard }));
      const stream = streams.get(key({ source, target, shard: from }));
      if (stream === undefined)
        streams.set(key({ source, target, shard: from }), { source, target, shards: [shard], from });
      else stream.shards.push(shard);
    }
  }
  return [...streams.values()];
}

function key(parts: { readonly source: string; readonly target: string; readonly shard: number | string | undefined }) {
  return JSON.stringify([parts.source, parts.target, parts.shard ?? null]);
}
