/** How a node that failed is treated until it proves itself. */
export interface HealthOptions {
  /** Shortest time between two probes of a suspect node, in milliseconds. @default 500 */
  readonly probeIntervalMs?: number;
}

/** Per-process view of which nodes answer: one failure makes a node suspect, one successful probe clears it. */
export class NodeHealth {
  readonly #suspects = new Map<string, { since: number; nextProbe: number; reason: string }>();
  readonly #probeIntervalMs: number;

  constructor(options: HealthOptions = {}) {
    this.#probeIntervalMs = options.probeIntervalMs ?? 500;
  }

  isSuspect(node: string): boolean {
    return this.#suspects.has(node);
  }

  /** Why a node is suspect, undefined when it is not. */
  reasonOf(node: string): string | undefined {
    return this.#suspects.get(node)?.reason;
  }

  failed(node: string, now: number, reason: string): void {
    const since = this.#suspects.get(node)?.since ?? now;
    this.#suspects.set(node, { since, nextProbe: now + this.#probeIntervalMs, reason });
  }

  /** Makes the next probe of a suspect due at once: what made it suspect may be over. */
  retry(node: string): void {
    const suspect = this.#suspects.get(node);
    if (suspect !== undefined) suspect.nextProbe = Number.NEGATIVE_INFINITY;
  }

  answered(node: string): void {
    this.#suspects.delete(node);
  }

  /** The suspect nodes whose next probe is due; each is claimed for one probe by being returned. */
  dueProbes(now: number): string[] {
    const due: string[] = [];
    for (const [node, suspect] of this.#suspects) {
      if (suspect.nextProbe > now) continue;
      suspect.nextProbe = now + this.#probeIntervalMs;
      due.push(node);
    }
    return due;
  }
}
