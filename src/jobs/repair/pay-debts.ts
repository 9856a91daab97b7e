import type { Cluster } from "../../routes/cluster.ts";
import { missingFor, type OpenDebt, openChanges, openDebts } from "./open-debts.ts";

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

/** After so many rounds of the repairer in which no debt was paid, those left are written to all the time. */
const FRUITLESS_ROUNDS = 6;

/** How long another repair may keep this one waiting, in milliseconds: one that died holds its lock for ten minutes. */
const FRUITLESS_MS = 660_000;

/**
 * Waits until the repairer of this process, or of another, has paid every debt that can be paid.
 * @returns what is left: debts that wait for a node, for writers to pause, or for another repair to end
 */
export async function payDebts(cluster: Cluster, { signal, progress }: PayOptions): Promise<OpenDebt[]> {
  const { clock, debts, missed, health, registry } = cluster;
  const hope = new Hope(cluster);
  for (let count = -1; ; ) {
    const open = debts.ledger.list();
    const behind = missed.list();
    const isChanged = open.length + behind.length !== count;
    if (isChanged) progress?.([...openChanges(cluster), ...openDebts(cluster)]);
    const isPayable =
      open.some((debt) => missingFor(cluster, debt).length === 0) || behind.some(({ node }) => !health.isAway(node));
    hope.learn({ isChanged, isPayable });
    count = open.length + behind.length;
    if (count === 0 || hope.isLost) return [...openChanges(cluster), ...openDebts(cluster)];
    await clock.sleep(LOOK_MS, signal);
    await registry.refresh().catch(() => undefined); // no node answers now; the next look may find one
  }
}

/** Whether waiting longer may lead to anything. */
class Hope {
  readonly #cluster: Cluster;
  /** When some debt could last be paid. */
  #payableAt: number;
  /** When debts last changed, and the rounds of the repairer by then. */
  #changedAt: number;
  #roundsThen: number;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#payableAt = cluster.clock.monotonic();
    this.#changedAt = this.#payableAt;
    this.#roundsThen = cluster.repairer.rounds;
  }

  learn({ isChanged, isPayable }: { readonly isChanged: boolean; readonly isPayable: boolean }): void {
    const { clock, repairer } = this.#cluster;
    if (isPayable) this.#payableAt = clock.monotonic();
    if (isChanged) [this.#changedAt, this.#roundsThen] = [clock.monotonic(), repairer.rounds];
  }

  get isLost(): boolean {
    const { clock, repairer, options } = this.#cluster;
    const now = clock.monotonic();
    if (now - this.#payableAt > PATIENCE * options.attemptTimeoutMs) return true;
    return repairer.rounds - this.#roundsThen >= FRUITLESS_ROUNDS || now - this.#changedAt > FRUITLESS_MS;
  }
}
