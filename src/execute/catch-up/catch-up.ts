import { type MissedChange, missedSince } from "../../cluster/missed.ts";
import { holderOf, isDropped } from "../../cluster/physical-names.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { HealthMonitor } from "../health-monitor.ts";
import type { IndexRegistry } from "../index-registry.ts";
import type { MissedBook } from "../missed-book.ts";
import type { Operator } from "../operator.ts";
import { lockForRepair, unlockAfterRepair } from "../repair/repair-lock.ts";
import type { RuleBook } from "../rule-book.ts";
import type { SharedRecords } from "../shared-records.ts";
import type { ClusterView } from "../view/cluster-view.ts";
import { alignNode } from "./align-node.ts";

/** What a {@link CatchUp} works with. */
export interface CatchUpOptions {
  readonly operator: Operator;
  readonly view: ClusterView;
  readonly missed: MissedBook;
  readonly health: HealthMonitor;
  readonly registry: IndexRegistry;
  readonly rules: RuleBook;
  readonly records: Pick<SharedRecords, "readAll">;
  /** How long a request that was given up may still land, in milliseconds. */
  readonly landingMs: number;
  /** Pause between two rounds, in milliseconds. */
  readonly roundMs: number;
  /** False leaves it to others. */
  readonly isEnabled: boolean;
}

/** Time after which whoever began a change and has not written down its outcome counts as dead, in milliseconds. */
const UNDECIDED_MS = 10_000;

/**
 * Gives nodes the administrative changes that they missed, in the background, as soon as they answer again: by the state
 * that is in force, not by repeating what was asked. A node that failed on it is tried again in the next round.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #closed = new AbortController();
  /** Name on the locks of this process. */
  readonly #holder: string;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(options: CatchUpOptions) {
    this.#options = options;
    this.#holder = options.operator.random.uuid();
    if (!options.isEnabled) return;
    options.missed.onMissed(() => {
      if (!this.#isRunning) this.#running = this.#run();
    });
  }

  /** Stops; what was begun is begun again by the next process. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { operator, view, missed, health, roundMs } = this.#options;
    const { signal } = this.#closed;
    this.#isRunning = true;
    while (!signal.aborted && missed.list().length > 0) {
      await operator.clock.sleep(roundMs, signal, { background: true }).catch(() => undefined);
      if (signal.aborted) break;
      health.refresh();
      const back = operator.isSearchOnly ? [] : view.live.topology.nodes.filter(({ id }) => !health.isAway(id));
      await Promise.all(back.map((node) => this.#catchUp(node).catch(() => undefined)));
    }
    this.#isRunning = false;
  }

  async #catchUp(node: NodeInfo): Promise<void> {
    const { operator, missed, registry } = this.#options;
    const { signal } = this.#closed;
    if (this.#ripe(node).length === 0) return;
    await registry.refresh(); // reads what other processes wrote down
    // The lock is a task behind all that the node had in its queue when it went away: nothing of it can undo what comes now.
    if (!(await lockForRepair(operator, [node], { id: this.#holder, signal }))) return;
    try {
      await registry.refresh(); // another process may have been at it
      const changes = this.#ripe(node);
      const rows = this.#rowsOf(changes);
      await alignNode({ ...this.#options, signal, source: this.#sourceFor(node) }, node, changes);
      await registry.refresh();
      // What changed meanwhile went to the node beside what it was given: it is looked at once more.
      if (this.#rowsOf(changes) === rows) await missed.pay(changes);
    } finally {
      await unlockAfterRepair(operator, [node]);
    }
  }

  /** What the node may be given now, in order: up to the first change that is not decided, or may still land there. */
  #ripe(node: NodeInfo): readonly MissedChange[] {
    const changes = this.#options.missed.list(node.id);
    const first = changes.findIndex((change) => !this.#isRipe(change));
    return first === -1 ? changes : changes.slice(0, first);
  }

  /** A change is written down as missed before what it leads to is: until then nobody knows what to give to the node. */
  #isRipe(change: MissedChange): boolean {
    const { view, landingMs } = this.#options;
    const ageMs = view.now() - missedSince(change);
    if (change.mayLand && ageMs < landingMs) return false;
    return this.#isDecided(change) || ageMs >= landingMs + UNDECIDED_MS;
  }

  #isDecided({ matter, name, stamp }: MissedChange): boolean {
    const { registry, rules } = this.#options;
    if (name === undefined) return true;
    if (matter === "index") {
      if (isDropped(name, registry.rows)) return true; // no name is used twice
      return (holderOf(name, registry.rows)?.stamp ?? "") > stamp;
    }
    return matter !== "rules" || rules.records.some((rule) => rule.uid === name && rule.stamp > stamp);
  }

  /** A node that has what has no record: keys and features. */
  #sourceFor(node: NodeInfo): NodeInfo | undefined {
    const { view, health } = this.#options;
    return view.live.topology.nodes.find((other) => other !== node && !health.isSuspect(other.id));
  }

  /** The state of the indexes that changes are about, to see whether it is still the same. */
  #rowsOf(changes: readonly MissedChange[]): string {
    const { rows } = this.#options.registry;
    const names = changes.filter(({ matter }) => matter === "index").map(({ name = "" }) => name);
    return JSON.stringify(names.map((name) => holderOf(name, rows)?.stamp ?? null));
  }
}
