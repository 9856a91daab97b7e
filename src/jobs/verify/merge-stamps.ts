import type { ReplicaCursor } from "./replica-cursor.ts";

/** Every copy that carries one stamp. */
export interface StampedCopies {
  readonly stamp: string;
  /** By id, then by node: the hash of the content where contents are read. */
  readonly copies: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Walks over the documents of several nodes in the order of their stamps. */
export async function* mergeStamps(cursors: readonly ReplicaCursor[]): AsyncGenerator<StampedCopies> {
  for (const cursor of cursors) await cursor.advance();
  for (;;) {
    const stamp = lowestHead(cursors);
    if (stamp === undefined) return;
    const copies = new Map<string, Map<string, string>>();
    for (const cursor of cursors) {
      if (cursor.head?.stamp !== stamp) continue;
      for (const [id, hash] of cursor.head.hashes) {
        const known = copies.get(id);
        if (known === undefined) copies.set(id, new Map([[cursor.node.id, hash]]));
        else known.set(cursor.node.id, hash);
      }
      await cursor.advance();
    }
    yield { stamp, copies };
  }
}

function lowestHead(cursors: readonly ReplicaCursor[]): string | undefined {
  let lowest: string | undefined;
  for (const { head } of cursors)
    if (head !== undefined && (lowest === undefined || head.stamp < lowest)) lowest = head.stamp;
  return lowest;
}
