import { setTimeout as pause } from "node:timers/promises";
import { TIME_FACTOR } from "./real-servers.ts";

/**
 * Repeats a check until it passes; its last failure is thrown when the time is over.
 * @param timeoutMs with embedded nodes; real servers get more
 */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 5000): Promise<T> {
  for (const end = Date.now() + timeoutMs * TIME_FACTOR; ; await pause(10)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
