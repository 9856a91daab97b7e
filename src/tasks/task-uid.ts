/** Start of the numbering, 2024-01-01T00:00:00Z, in milliseconds. */
const ORIGIN_MS = Date.UTC(2024, 0, 1);

/** Bits for the writer and for the count within one millisecond. */
const WRITER_BITS = 6;
const SEQUENCE_BITS = 6;
const SEQUENCES = 2 ** SEQUENCE_BITS;

/** How many writers can number tasks side by side. */
export const WRITER_SLOTS = 2 ** WRITER_BITS;

/** When a virtual task was accepted, in milliseconds since 1970, as its number tells. */
export function timeOfTask(uid: number): number {
  return ORIGIN_MS + Math.floor(uid / (WRITER_SLOTS * SEQUENCES));
}

/**
 * Numbers virtual tasks: 41 bits of milliseconds since 2024, 6 bits of writer slot, 6 bits of sequence; a safe integer,
 * ordered by time. When a millisecond is used up the next one is taken.
 */
export class TaskUids {
  readonly #now: () => number;
  readonly #writer: number;
  #lastMs = 0;
  #sequence = 0;

  constructor(options: { now(): number; writer: number }) {
    this.#now = options.now;
    this.#writer = options.writer % WRITER_SLOTS;
  }

  next(): number {
    const ms = Math.max(Math.floor(this.#now()) - ORIGIN_MS, this.#lastMs);
    if (ms > this.#lastMs) {
      this.#lastMs = ms;
      this.#sequence = 0;
    } else {
      this.#sequence += 1;
      if (this.#sequence === SEQUENCES) {
        this.#lastMs += 1;
        this.#sequence = 0;
      }
    }
    return (this.#lastMs * WRITER_SLOTS + this.#writer) * SEQUENCES + this.#sequence;
  }
}
