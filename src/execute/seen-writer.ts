import type { Clock } from "../util/clock.ts";
import type { SharedRecords } from "./shared-records.ts";
import type { TaskHighWater } from "./task-high-water.ts";

/** What a {@link SeenWriter} works with. */
export interface SeenWriterOptions {
  readonly highWater: TaskHighWater;
  readonly records: Pick<SharedRecords, "keep">;
  readonly clock: Clock;
  /** Shortest time between two writes, in milliseconds. */
  readonly everyMs: number;
}

/**
 * Writes down for all processes which task numbers this one saw, so that a node which comes back with an older state is
 * known as such also by those that never met it: now and then, and at the end.
 */
export class SeenWriter {
  readonly #options: SeenWriterOptions;
  readonly #closed = new AbortController();
  #writing: Promise<void> | undefined;

  constructor(options: SeenWriterOptions) {
    this.#options = options;
    options.highWater.onNews(() => {
      if (!this.#closed.signal.aborted) this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { clock, everyMs, highWater, records } = this.#options;
    await clock.sleep(everyMs, this.#closed.signal, { background: true }).catch(() => undefined);
    // What cannot be written is known to this process all the same, and written with the next news.
    const keep = highWater.takeNews().map((record) => records.keep(record, "What was seen of a node"));
    await Promise.allSettled(keep);
    this.#writing = undefined;
  }
}
