import type { Cluster } from "../../routes/cluster.ts";
import { missingFor, type OpenDebt, openDebts } from "./open-debts.ts";

/** How the payment of debts is waited for. */
export interface PayOptions {
  readonly signal: AbortSignal;
  /** Told when the number of open debts changed. */
  progress?(open: readonly OpenDebt[]): void;
}

/** Pause between two looks at what is left, in milliseconds. */
const LOOK_MS = 100;

/** How long debts may wait for nodes that do not answer, in attempts' time: one that was busy for a moment is back by then. */
const PATIENCE = 3;

/** After so many times the time in which writes settle without a debt paid, those left are written to all the time. */
const FRUITLESS = 6;

/**
 * Waits until the repairer of this process, or of another, has paid every debt that can be paid.
 * @returns what is left: debts that wait for a node, or for writers to pause
 */
export async function payDebts(cluster: Cluster, { signal, progress }: PayOptions): Promise<OpenDebt[]> {
  const { clock, debts, registry, options } = cluster;
  const fruitlessMs = FRUITLESS * (options.writeTimeoutMs + options.attemptTimeoutMs);
  let [count, paidAt, possibleAt] = [-1, clock.monotonic(), clock.monotonic()];
  for (;;) {
    const now = clock.monotonic();
    const open = debts.ledger.list();
    if (open.length !== count) {
      progress?.(openDebts(cluster));
      [count, paidAt] = [open.length, now];
    }
    if (open.some((debt) => missingFor(cluster, debt).length === 0)) possibleAt = now;
    const isHopeless = now - possibleAt > PATIENCE * options.attemptTimeoutMs || now - paidAt > fruitlessMs;
    if (open.length === 0 || isHopeless) return openDebts(cluster);
    await clock.sleep(LOOK_MS, signal);
    await registry.refresh().catch(() => undefined); // no node answers now; the next look may find one
  }
}
