import { setTimeout as pause } from "node:timers/promises";

/** Repeats a check until it passes; its last failure is thrown when the time is over. */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 5000): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await pause(10)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
