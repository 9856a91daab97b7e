import type { NodeInfo } from "../core/types.ts";
import type { NodeHealth } from "../select/health.ts";
import type { Clock } from "../util/clock.ts";
import type { Outcome } from "./attempt.ts";
import { OperatorCallFailed } from "./operator.ts";
import type { LiveTopology } from "./view/live-topology.ts";

/** What {@link HealthMonitor} works with. */
export interface HealthMonitorOptions {
  readonly health: NodeHealth;
  readonly clock: Clock;
  readonly live: Pick<LiveTopology, "nodesById">;
  /**
   * Shortest time in vain that makes a node suspect, in milliseconds; a call in a greater hurry proves nothing, and must
   * not keep writes from the node.
   */
  readonly patienceMs: number;
  /** Told when a node becomes suspect, with the reason, and when it is not any more. */
  readonly changed?: (node: string, reason: string | undefined) => void;
  /** Asks a node whether it is there and itself; rejects when not. */
  readonly probe: (node: NodeInfo) => Promise<void>;
  /** Why a node must not be used although it answers; `undefined` when it may. */
  readonly whyHeld?: (node: string) => string | undefined;
}

/** Feeds what calls saw into the health of the nodes, and probes suspects so that a recovered one is used again. */
export class HealthMonitor {
  readonly #options: HealthMonitorOptions;
  readonly #probes = new Map<string, Promise<boolean>>();

  constructor(options: HealthMonitorOptions) {
    this.#options = options;
  }

  /** Whether a node must not be used: it does not answer as itself, or is held. */
  isSuspect(node: string): boolean {
    return this.isAway(node) || this.#whyHeld(node) !== undefined;
  }

  /** Whether a node did not answer as itself when it was last asked. */
  isAway(node: string): boolean {
    return this.#options.health.isSuspect(node);
  }

  reasonOf(node: string): string | undefined {
    return this.#options.health.reasonOf(node) ?? this.#whyHeld(node);
  }

  /** Learns from one attempt. A broken connection alone proves nothing; a refused or unanswered one does. */
  observe(node: string, outcome: Outcome): void {
    const { patienceMs } = this.#options;
    if (outcome.kind === "answered") this.#answered(node);
    else if (outcome.kind === "unreachable") this.distrust(node, outcome.failure.message);
    else if (outcome.kind === "unknown" || outcome.kind === "aborted") {
      if ((outcome.silentMs ?? 0) >= patienceMs) this.distrust(node, "did not answer in time");
    }
  }

  /** Marks a node that must not be used until a probe says otherwise. */
  distrust(node: string, reason: string): void {
    const { health, clock, changed } = this.#options;
    const isNew = !health.isSuspect(node);
    health.failed(node, clock.now(), reason);
    if (isNew) changed?.(node, reason);
  }

  /** Lets the next probe of a node be due at once, since something was learned that may clear it. */
  retry(node: string): void {
    this.#options.health.retry(node);
  }

  #answered(node: string): void {
    const { health, changed } = this.#options;
    if (!health.isSuspect(node)) return;
    health.answered(node);
    changed?.(node, undefined);
  }

  /** Starts the probes that are due; their results show in later calls. */
  refresh(): void {
    const { health, clock } = this.#options;
    for (const node of health.dueProbes(clock.now())) void this.#probe(node);
  }

  /** Probes these suspects now, unless one of them failed a moment ago; answers those that recovered. */
  async recovered(nodes: Iterable<string>): Promise<string[]> {
    const asked = [...this.#probeAll(nodes)];
    const results = await Promise.all(asked.map(([, probe]) => probe));
    return asked.flatMap(([node], position) => (results[position] === true ? [node] : []));
  }

  /** As {@link recovered}, but answers as soon as one of them did: a silent node must not delay the others. */
  anyRecovered(nodes: Iterable<string>): Promise<boolean> {
    const probes = [...this.#probeAll(nodes).values()].map(async (probe) => {
      if (!(await probe)) throw new Error("not recovered");
    });
    return Promise.any(probes).then(
      () => true,
      () => false,
    );
  }

  /** Starts every probe that is due; answers those of these nodes, and those of theirs that are under way. */
  #probeAll(nodes: Iterable<string>): Map<string, Promise<boolean>> {
    this.refresh();
    return new Map(
      [...nodes].flatMap((node) => {
        const probe = this.#probes.get(node);
        return probe === undefined ? [] : [[node, probe] as const];
      }),
    );
  }

  #whyHeld(node: string): string | undefined {
    return this.#options.whyHeld?.(node);
  }

  #probe(id: string): Promise<boolean> {
    const running = this.#probes.get(id);
    if (running !== undefined) return running;
    const probe = this.#runProbe(id).finally(() => this.#probes.delete(id));
    this.#probes.set(id, probe);
    return probe;
  }

  async #runProbe(id: string): Promise<boolean> {
    const { live, probe } = this.#options;
    const node = live.nodesById.get(id);
    if (node === undefined) return false;
    try {
      await probe(node);
      this.#answered(id);
      return true;
    } catch (error) {
      this.distrust(id, reasonOf(error));
      return false;
    }
  }
}

/** Who asks for the reason knows the node already. */
function reasonOf(error: unknown): string {
  if (error instanceof OperatorCallFailed) return error.reason;
  return error instanceof Error ? error.message : String(error);
}
