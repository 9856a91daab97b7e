import type { Clock } from "./clock.ts";

/** Longest time that one timer holds the process, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** Keeps the process alive until some work ends whose own waits would let it end. */
export async function keepAlive<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const release = clock.after(LONGEST_MS, () => undefined);
  try {
    return await work;
  } finally {
    release();
  }
}
