/** Something that happens at a time, in milliseconds. */
export interface TimedEvent {
  readonly at: number;
  happens(): void;
}

/** Events in the order of their times: a binary heap. */
export class EventQueue {
  readonly #heap: TimedEvent[] = [];

  push(event: TimedEvent): void {
    const heap = this.#heap;
    let hole = heap.push(event) - 1;
    for (let parent = (hole - 1) >> 1; hole > 0 && at(heap, parent) > event.at; parent = (hole - 1) >> 1) {
      heap[hole] = heap[parent] as TimedEvent;
      hole = parent;
    }
    heap[hole] = event;
  }

  /** Takes the earliest out. */
  pop(): TimedEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let hole = 0;
    for (;;) {
      const left = 2 * hole + 1;
      const child = at(heap, left + 1) < at(heap, left) ? left + 1 : left;
      if (at(heap, child) >= last.at) break;
      heap[hole] = heap[child] as TimedEvent;
      hole = child;
    }
    heap[hole] = last;
    return first;
  }
}

function at(heap: readonly TimedEvent[], position: number): number {
  return heap[position]?.at ?? Number.POSITIVE_INFINITY;
}
