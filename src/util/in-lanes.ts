import { sideBySide } from "./side-by-side.ts";

/** How many items are worked on at once, and what ends it all. */
export interface LaneOptions {
  readonly lanes: number;
  readonly signal: AbortSignal;
}

/** Works through items, some of them side by side; answers in the order of the items. The first failure ends it, see {@link sideBySide}. */
export async function inLanes<T, R>(
  items: readonly T[],
  { lanes, signal }: LaneOptions,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const waiting = items.entries();
  const results = new Map<number, R>();
  const lane = async (own: AbortSignal) => {
    for (const [position, item] of waiting) {
      own.throwIfAborted();
      results.set(position, await work(item, own));
    }
  };
  await sideBySide(signal, Array<typeof lane>(Math.min(lanes, items.length)).fill(lane));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
