/** From this many lists on, a heap beats looking at every list's head. */
const HEAP_FROM = 33;

/** Input of {@link kWayMerge}. */
export interface KWayMerge<T, K> {
  /** Lists, each already in order; their own order is never changed. */
  readonly lists: readonly (readonly T[])[];
  /** Computed once per item, and only for items that become the head of their list; knows the key of the one before it there. */
  readonly keyOf: (item: T, previous: K | undefined) => K;
  /** Negative when the left key comes first; ties go to the earlier list. */
  readonly compare: (left: K, right: K) => number;
  /** Receives the items in merged order; false ends the merge. */
  readonly visit: (item: T, key: K) => boolean;
}

interface Cursor<T, K> {
  readonly list: readonly T[];
  readonly rank: number;
  at: number;
  item: T;
  key: K;
}

/** Merges ordered lists into one order, stopping as soon as the visitor has enough. */
export function kWayMerge<T, K>(merge: KWayMerge<T, K>): void {
  const cursors: Cursor<T, K>[] = [];
  for (const [rank, list] of merge.lists.entries()) {
    const item = list[0];
    if (item !== undefined) cursors.push({ list, rank, at: 0, item, key: merge.keyOf(item, undefined) });
  }
  if (cursors.length >= HEAP_FROM) mergeByHeap(cursors, merge);
  else mergeByScan(cursors, merge);
}

/** Moves to the list's next item; false at its end. */
function advance<T, K>(cursor: Cursor<T, K>, keyOf: KWayMerge<T, K>["keyOf"]): boolean {
  cursor.at += 1;
  const item = cursor.list[cursor.at];
  if (item === undefined) return false;
  cursor.item = item;
  cursor.key = keyOf(item, cursor.key);
  return true;
}

function mergeByScan<T, K>(cursors: Cursor<T, K>[], merge: KWayMerge<T, K>): void {
  while (cursors.length > 0) {
    let best = 0;
    for (let next = 1; next < cursors.length; next++) {
      if (precedes(cursors[next], cursors[best], merge.compare)) best = next;
    }
    const cursor = cursors[best];
    if (cursor === undefined || !merge.visit(cursor.item, cursor.key)) return;
    if (!advance(cursor, merge.keyOf)) cursors.splice(best, 1);
  }
}

function mergeByHeap<T, K>(cursors: Cursor<T, K>[], merge: KWayMerge<T, K>): void {
  for (let root = (cursors.length >> 1) - 1; root >= 0; root--) siftDown(cursors, root, merge.compare);
  for (let top = cursors[0]; top !== undefined; top = cursors[0]) {
    if (!merge.visit(top.item, top.key)) return;
    if (!advance(top, merge.keyOf)) {
      const last = cursors.pop();
      if (last === undefined || last === top) return;
      cursors[0] = last;
    }
    siftDown(cursors, 0, merge.compare);
  }
}

function siftDown<T, K>(heap: Cursor<T, K>[], from: number, compare: KWayMerge<T, K>["compare"]): void {
  let root = from;
  for (;;) {
    let first = root;
    for (const child of [2 * root + 1, 2 * root + 2]) {
      if (precedes(heap[child], heap[first], compare)) first = child;
    }
    const [upper, lower] = [heap[root], heap[first]];
    if (first === root || upper === undefined || lower === undefined) return;
    heap[root] = lower;
    heap[first] = upper;
    root = first;
  }
}

function precedes<T, K>(
  left: Cursor<T, K> | undefined,
  right: Cursor<T, K> | undefined,
  compare: KWayMerge<T, K>["compare"],
): boolean {
  if (left === undefined || right === undefined) return false;
  const difference = compare(left.key, right.key);
  return difference < 0 || (difference === 0 && left.rank < right.rank);
}
