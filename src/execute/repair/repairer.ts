import { authoritiesFor } from "../../cluster/authority.ts";
import { type Debt, knownSince } from "../../cluster/debt.ts";
import { heldShards } from "../../cluster/hold.ts";
import { topologyOf } from "../../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { HybridClock } from "../../routing/stamp.ts";
import type { DebtBook } from "../debt-book.ts";
import type { HealthMonitor } from "../health-monitor.ts";
import type { IndexRegistry } from "../index-registry.ts";
import type { Lanes } from "../lane.ts";
import type { MissedBook } from "../missed-book.ts";
import { type Operator, OperatorCallFailed } from "../operator.ts";
import type { ClusterView } from "../view/cluster-view.ts";
import { drain } from "./drain.ts";
import { lockForRepair, unlockAfterRepair } from "./repair-lock.ts";
import { type OwedShard, ShardRepair } from "./shard-repair.ts";

/** What a {@link Repairer} works with. */
export interface RepairerOptions {
  readonly operator: Operator;
  readonly view: Pick<ClusterView, "live" | "ready" | "begin" | "now">;
  readonly debts: DebtBook;
  readonly health: HealthMonitor;
  readonly registry: IndexRegistry;
  readonly lanes: Lanes;
  readonly stamps: Pick<HybridClock, "next">;
  /**
   * How long a request that was given up may still land, in milliseconds: nothing is copied to a replica, and no copy is
   * believed, before so much time has passed.
   */
  readonly landingMs: number;
  /** Pause between two rounds, in milliseconds. */
  readonly roundMs: number;
  /** Tells the nodes that have yet to be given an index as it is, before documents can be copied there. */
  readonly missed: Pick<MissedBook, "isBehind">;
  /** False leaves the debts to others. */
  readonly isEnabled: boolean;
}

/** Pause after another process was found repairing, in milliseconds. */
const LOCKED_OUT_MS = 2000;

/**
 * Pays debts in the background: once a replica that missed writes answers again, what it missed is copied to it from a
 * replica that has it, compared, and only when a later look finds nothing left to copy is the debt paid.
 */
export class Repairer {
  readonly #options: RepairerOptions;
  readonly #closed = new AbortController();
  /** Name on the locks of this process. */
  readonly #holder: string;
  /** Since when a node has answered without a break. */
  readonly #upSince = new Map<string, number>();
  /** Before when a shard is not looked at again, by index and shard. */
  readonly #notBefore = new Map<string, number>();
  #lockedOutUntil = 0;
  #rounds = 0;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(options: RepairerOptions) {
    this.#options = options;
    this.#holder = options.operator.random.uuid();
    if (!options.isEnabled) return;
    options.debts.onDebt(() => {
      if (!this.#isRunning) this.#running = this.#run();
    });
  }

  /** Rounds made so far that looked at owed shards, also those that failed half-way. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Stops; what was begun is begun again by the next process. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { operator, roundMs, debts, health } = this.#options;
    const { signal } = this.#closed;
    this.#isRunning = true;
    while (!signal.aborted && debts.ledger.list().length > 0) {
      await operator.clock.sleep(roundMs, signal, { background: true }).catch(() => undefined);
      if (signal.aborted) break;
      health.refresh();
      this.#noteUptimes();
      // A round that fails, because a node went away again or refused something, is made again later.
      await this.#round().catch((error: unknown) => this.#learnFrom(error));
    }
    this.#isRunning = false;
  }

  /** Or a node that nobody else asks would make every round fail, and keep the other nodes' debts from being paid. */
  #learnFrom(error: unknown): void {
    if (error instanceof OperatorCallFailed) this.#options.health.observe(error.node.id, error.outcome);
  }

  #noteUptimes(): void {
    const { health, view, operator } = this.#options;
    for (const id of view.live.nodesById.keys()) {
      if (health.isSuspect(id)) this.#upSince.delete(id);
      else if (!this.#upSince.has(id)) this.#upSince.set(id, operator.clock.monotonic());
    }
  }

  async #round(): Promise<void> {
    const { operator, registry } = this.#options;
    const { signal } = this.#closed;
    if (operator.isSearchOnly) return;
    await this.#options.debts.keepUnkept(this.#options.view.now());
    const isLockedOut = operator.clock.monotonic() < this.#lockedOutUntil;
    if (isLockedOut || this.#ripeDebts().length === 0) return;
    const rows = await registry.list(); // reads what other processes wrote down, debts included
    await this.#forgive(rows);
    const targets = [...new Set(this.#owedShards(rows).flatMap((shard) => shard.targets))];
    if (targets.length === 0) return;
    if (!(await lockForRepair(operator, targets, { id: this.#holder, signal }))) {
      this.#lockedOutUntil = operator.clock.monotonic() + LOCKED_OUT_MS;
      return;
    }
    try {
      // The lock may have been waited for, and whoever had it may have paid debts or found others.
      const owed = this.#owedShards(await registry.list()).filter((shard) => isWithin(shard.targets, targets));
      const involved = new Set(owed.flatMap((shard) => [...shard.targets, ...shard.sources]));
      await Promise.all([...involved].map((node) => drain(operator, node, signal)));
      for (const shard of owed) await this.#repair(shard);
      await this.#options.debts.tidy();
    } finally {
      this.#rounds += 1;
      await unlockAfterRepair(operator, targets);
    }
  }

  /** A replica that was given up owes nothing: should the node hold the shard again, it is copied as a whole. */
  async #forgive(rows: readonly IndexRow[]): Promise<void> {
    const { view, debts } = this.#options;
    const { topology } = view.live;
    if (topology.change !== undefined) return;
    const rowsByIndex = new Map(rows.map((row) => [physicalUid(row), row]));
    const moot = this.#ripeDebts().filter(({ index, shard, node }) => {
      const row = rowsByIndex.get(index);
      return row !== undefined && !ownersOf(topologyOf(row, topology), shard).includes(node);
    });
    await debts.pay(moot);
  }

  async #repair(owed: OwedShard): Promise<void> {
    const { operator, view, lanes, debts, landingMs } = this.#options;
    await view.ready();
    const operation = view.begin();
    const late = new Set<string>();
    try {
      const { topology } = operation.snapshot;
      if (!operation.isCovered || !isUnchanged(owed, topology)) return; // the next round plans anew
      const { shards } = topologyOf(owed.row, topology);
      const copied = ({ id }: NodeInfo) => {
        if (!operation.isCovered) late.add(id);
      };
      const repair = new ShardRepair({ operator, lanes, shards, signal: this.#closed.signal, copied }, owed);
      let isEqual: boolean;
      try {
        isEqual = await repair.run();
      } finally {
        await this.#oweOverwritten(owed, [...late]);
      }
      if (!isEqual)
        this.#notBefore.set(shardKey(physicalUid(owed.row), owed.shard), operator.clock.monotonic() + landingMs);
      else if (operation.isCovered) await debts.pay(owed.debts);
    } finally {
      operation.end();
    }
  }

  /**
   * A process that stood still between a look and the copy that follows from it may have put something old in the place of
   * what was written meanwhile: nobody must take the replica's word for these documents.
   */
  async #oweOverwritten({ row, shard, ids }: OwedShard, nodes: readonly string[]): Promise<void> {
    const { view, debts, stamps } = this.#options;
    const { shards: of } = topologyOf(row, view.live.topology);
    const stamp = stamps.next(false);
    await debts.record(
      nodes.map((node) => ({ index: physicalUid(row), shard, of, node, ids, stamp, foundAt: view.now() })),
    );
  }

  /**
   * Debts of replicas that answer, old enough that nothing given up can land on them any more and that every writer knows
   * of them: one that does not would count on the replica while it is copied to. And those of nodes that left the cluster.
   */
  #ripeDebts(): Debt[] {
    const { debts, operator, landingMs, view } = this.#options;
    const now = view.now();
    const isSettled = (node: string) => {
      if (!view.live.nodesById.has(node)) return true;
      const since = this.#upSince.get(node);
      return since !== undefined && operator.clock.monotonic() - since >= landingMs;
    };
    const isRipe = (debt: Debt) => isSettled(debt.node) && now - knownSince(debt) >= landingMs && debts.isKept(debt);
    return debts.ledger.list().filter(isRipe);
  }

  #owedShards(rows: readonly IndexRow[]): OwedShard[] {
    const rowsByIndex = new Map(rows.map((row) => [physicalUid(row), row]));
    const byShard = new Map<string, Debt[]>();
    for (const debt of this.#ripeDebts()) {
      const key = shardKey(debt.index, debt.shard);
      byShard.set(key, [...(byShard.get(key) ?? []), debt]);
    }
    return [...byShard].flatMap(([key, debts]) => {
      const row = rowsByIndex.get(debts[0]?.index ?? "");
      const isDue = (this.#notBefore.get(key) ?? 0) <= this.#options.operator.clock.monotonic();
      const owed = row === undefined || !isDue ? undefined : this.#plan(row, debts);
      return owed === undefined ? [] : [owed];
    });
  }

  /** Who is copied from and to; `undefined` when no replica that has everything, nor all replicas together, can be asked. */
  #plan(row: IndexRow, ripe: readonly Debt[]): OwedShard | undefined {
    const { view, debts: book, health, missed } = this.#options;
    const { topology, nodesById } = view.live;
    const shard = ripe[0]?.shard ?? 0;
    const owners = ownersOf(topologyOf(row, topology), shard).flatMap((id) => nodesById.get(id) ?? []);
    const index = physicalUid(row);
    const reachable = owners.filter(({ id }) => !health.isSuspect(id) && !missed.isBehind(id, index));
    // A node may have gone since the round began: what is not compared is not paid.
    const debts = ripe.filter(({ node }) => reachable.some(({ id }) => id === node));
    if (debts.length === 0) return undefined;
    const [whole] = reachable.filter((node) => !book.ledger.owes(index, node.id, shard));
    const ids = debts.some((debt) => debt.ids === "all") ? "all" : [...new Set(debts.flatMap((debt) => debt.ids))];
    const common = { row, shard, debts, ids, owners: owners.map(({ id }) => id) } as const;
    const debtors = reachable.filter((node) => debts.some((debt) => debt.node === node.id));
    if (whole !== undefined) return { ...common, sources: [whole], targets: debtors, authoritiesFor: () => [whole.id] };
    // Everybody missed something: only all of them together know what there is, once nothing can land any more.
    const all = book.ledger.list().filter((debt) => debt.index === index && debt.shard === shard);
    const isSettled = reachable.length === owners.length && all.every((debt) => debts.includes(debt));
    if (!isSettled) return undefined;
    const names = owners.map((node) => node.id);
    return { ...common, sources: owners, targets: owners, authoritiesFor: (id) => authoritiesFor(id, names, all) };
  }
}

function ownersOf({ groups }: Topology, shard: number): string[] {
  return groups.flatMap(({ table }) => table[shard] ?? []);
}

function isWithin(nodes: readonly NodeInfo[], all: readonly NodeInfo[]): boolean {
  return nodes.every(({ id }) => all.some((other) => other.id === id));
}

/** Whether a shard still has the owners that it had when its repair was planned, and nobody is about to change them. */
function isUnchanged({ row, shard, owners }: OwedShard, topology: Topology): boolean {
  const own = topologyOf(row, topology);
  return heldShards(own, [shard], "write").length === 0 && ownersOf(own, shard).join() === owners.join();
}

function shardKey(index: string, shard: number): string {
  return `${index}/${shard}`;
}
