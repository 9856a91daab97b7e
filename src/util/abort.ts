import { setMaxListeners } from "node:events";

/** Signals whose warning about many listeners was turned off already, which takes longer than to look here. */
const unlimited = new WeakSet<AbortSignal>();

/**
 * Calls `listener` when the signal fires, at once if it has; answers what takes it back. One signal may have any number
 * of them: a call asks many nodes, and a job has many requests under way.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  if (!unlimited.has(signal)) {
    unlimited.add(signal);
    setMaxListeners(0, signal);
  }
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/** The work's own outcome, or the signal's reason as soon as it fires, whatever the work behind still has to finish. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let forget = () => {};
  const abortion = new Promise<never>((_resolve, reject) => {
    forget = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([work, abortion]);
  } finally {
    forget();
  }
}
