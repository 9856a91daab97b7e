import { EXIT } from "./exit-code.ts";

/** Runs a command that an interrupt ends in good order; a second interrupt ends the process. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  process.once("SIGINT", onInterrupt);
  try {
    await work(interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.exitCode = EXIT.interrupted;
  } finally {
    process.removeListener("SIGINT", onInterrupt);
  }
}
