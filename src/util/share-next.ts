/**
 * Lets callers share one piece of work under way: each gets one that began after it asked, and those that wait for the
 * same one share it, so that at most two are ever open.
 */
export function shareNext<T>(work: () => Promise<T>): () => Promise<T> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= current.then(() => {
      next = undefined;
      const begun = work();
      current = begun.catch(() => undefined);
      return begun;
    });
    return next;
  };
}
