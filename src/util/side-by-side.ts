/**
 * Runs works side by side. When one fails the others are told to stop, and its failure is thrown once all of them have
 * ended, so that nothing goes on behind it; the signal's reason when it was that which stopped them.
 */
export async function sideBySide<T>(
  signal: AbortSignal,
  works: readonly ((signal: AbortSignal) => Promise<T>)[],
): Promise<T[]> {
  const stop = new AbortController();
  const any = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  const results = await Promise.all(
    works.map(async (work) => {
      try {
        return [await work(any)];
      } catch (error) {
        failures.push(error);
        stop.abort(error);
        return [];
      }
    }),
  );
  if (failures.length === 0) return results.flat();
  signal.throwIfAborted();
  throw failures[0];
}
