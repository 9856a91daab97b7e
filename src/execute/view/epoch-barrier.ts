import type { StateStore } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";
import { LEASES, type ProcessRecord, readProcesses } from "./process-record.ts";

/**
 * Whom a change waits for.
 * - `leases`: no process that holds a lease works under an older epoch; what one that lost it has sent may be on its way
 * - `writers`: nor is any write of theirs on its way any more
 * - `readers`: nor does any process show what it knew
 */
export type Reach = "leases" | "writers" | "readers";

/** What an epoch barrier works with. */
export interface EpochBarrierOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly epoch: number;
  readonly reach: Reach;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Longest pause between two looks, in milliseconds; a watch ends it sooner. */
const PAUSE_MS = 100;

/** Waits until no process can work under an epoch before this one; false when time ran out first. */
export async function passBarrier(options: EpochBarrierOptions): Promise<boolean> {
  const { store, clock, timeoutMs, signal } = options;
  const startedAt = clock.monotonic();
  const laggards = new Laggards(options);
  let wake = (): void => {};
  const watch = store.watch(LEASES, () => wake());
  try {
    for (;;) {
      const pause = new AbortController();
      wake = () => pause.abort();
      if (!laggards.areAmong(await readProcesses(store, signal))) return true;
      const leftMs = timeoutMs - (clock.monotonic() - startedAt);
      if (leftMs <= 0) return false;
      await clock.sleep(Math.min(PAUSE_MS, leftMs), AbortSignal.any([pause.signal, signal])).catch(() => undefined);
      signal.throwIfAborted();
    }
  } finally {
    watch.close();
  }
}

type Processes = Awaited<ReturnType<typeof readProcesses>>;

/** Tells which processes may still work under an older epoch. */
class Laggards {
  readonly #options: EpochBarrierOptions;
  /** Since when processes that did not acknowledge the epoch have been seen without a lease. */
  readonly #goneSince = new Map<string, number>();

  constructor(options: EpochBarrierOptions) {
    this.#options = options;
  }

  areAmong({ leases, traces }: Processes): boolean {
    const ids = new Set([...leases.keys(), ...traces.keys()]);
    return [...ids].filter((id) => this.#lags(id, leases.get(id), traces.get(id))).length > 0;
  }

  #lags(id: string, lease: ProcessRecord | undefined, trace: ProcessRecord | undefined): boolean {
    const { epoch, reach, clock } = this.#options;
    if (lease !== undefined) {
      this.#goneSince.delete(id);
      return lease.epoch < epoch;
    }
    if (trace === undefined || trace.epoch >= epoch) return false;
    if (reach === "leases") return false;
    if (reach === "readers") return true; // it may go on showing what it knew until its trace is gone
    const since = this.#goneSince.get(id) ?? clock.monotonic();
    this.#goneSince.set(id, since);
    return clock.monotonic() - since < trace.landingMs;
  }
}
