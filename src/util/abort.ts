/** The work's own outcome, or the signal's reason as soon as it fires, whatever the work behind still has to finish. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const abortion = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, abortion]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
