import { parseTopology, type Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import type { CommitResult, StateStore } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";
import { storedTopology, TOPOLOGY, topologyInStore } from "../topology-in-store.ts";
import { liftAbandonedHold } from "./abandoned-hold.ts";
import type { ClusterView } from "./cluster-view.ts";
import { EpochLease, momentOf } from "./epoch-lease.ts";
import { EpochsInUse } from "./epochs-in-use.ts";
import { LiveTopology } from "./live-topology.ts";
import { Operation } from "./operation.ts";
import { type ProcessKeys, processKeys, toValue } from "./process-record.ts";
import { isLaterEra, readWarning, rolledBack, warnOfRollback } from "./rolled-back.ts";
import { type CommitWatch, StoreHistory } from "./store-history.ts";
import { StoreTime } from "./store-time.ts";
import { Ticker } from "./ticker.ts";
import { type Begin, WhileUsed } from "./while-used.ts";

/** What a {@link StoreView} works with. */
export interface StoreViewOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  /** As the store had it a moment ago. */
  readonly topology: Topology;
  /** Unlike that of any other process. */
  readonly processId: string;
  /** How long after it was sent a request of this process may still reach a node, in milliseconds. */
  readonly landingMs: number;
  /** How long reads go on without the store, in milliseconds. */
  readonly maxViewAgeMs: number;
  /** Told when this process gets its lease, loses it without wanting to, or finds the store back in its past. */
  readonly changed?: (state: ViewState, reason?: string) => void;
}

/** What a process knows of its topology: that it is in force, nothing, or that the store does not know it any more. */
export type ViewState = "leased" | "stale" | "rolled-back";

/** Time of a lease, in milliseconds: no process works longer under a topology without the store. */
export const LEASE_MS = 10_000;

/** Time between renewals, in milliseconds. */
const RENEWAL_MS = 3000;

/** Pause before a renewal that failed is tried again, in milliseconds. */
const RETRY_MS = 1000;

/** Longest that a call waits for a lease, in milliseconds. */
const READY_MS = 2000;

/** Pause before a call goes on without a lease, in milliseconds. */
const REFUSAL_MS = 10;

/** Time without a call after which the lease is given back, in milliseconds. */
const IDLE_MS = 30_000;

/**
 * The view of a cluster whose topology a store holds. This process works under an epoch as long as it holds a lease, and
 * the store says which: whoever changes the topology waits until every lease has moved on to the new epoch or has ended.
 */
export class StoreView implements ClusterView {
  readonly live: LiveTopology;
  readonly #options: StoreViewOptions;
  readonly #keys: ProcessKeys;
  readonly #epochs = new EpochsInUse(() => this.#acknowledge());
  readonly #history = new StoreHistory();
  readonly #ticker: Ticker;
  readonly #whileUsed = new WhileUsed();
  readonly #time: StoreTime;
  #lease: EpochLease | undefined;
  /** Revision of the lease's entry. */
  #revision = 0;
  /** Epoch that the lease's entry names. */
  #acknowledged = 0;
  /** When the topology was last known to be the one in force, by the monotonic clock. */
  #seenAt: number;
  #usedAt: number;
  #failedAt = Number.NEGATIVE_INFINITY;
  #failure: unknown;
  #state: ViewState | undefined;
  /** How the store is known to have gone back, as half a sentence. */
  #fault: string | undefined;

  constructor(options: StoreViewOptions) {
    const { clock, store, topology, processId } = options;
    this.#options = options;
    this.live = new LiveTopology(topology);
    this.#keys = processKeys(processId);
    this.#time = new StoreTime(clock);
    this.#seenAt = this.#usedAt = clock.monotonic();
    this.#ticker = new Ticker(clock, {
      turn: () => this.#turn(),
      pauseMs: () => (this.#failedAt === Number.NEGATIVE_INFINITY ? RENEWAL_MS : RETRY_MS),
      isNeeded: () => this.#epochs.oldest !== undefined || clock.monotonic() - this.#usedAt < IDLE_MS,
      rest: () => this.#giveBack(),
    });
    this.whileUsed(() => {
      const watch = store.watch(TOPOLOGY, () => this.#ticker.hurry());
      return () => watch.close();
    });
  }

  /**
   * Takes the first lease.
   * @throws MiroirError `miroir_store_unavailable`, `miroir_store_rolled_back`
   */
  async open(): Promise<void> {
    try {
      await this.#register();
      if (this.#fault !== undefined) throw rolledBack(this.#options.store, this.#fault);
    } catch (error) {
      this.#whileUsed.end();
      throw error;
    }
    this.#ticker.start();
  }

  get commits(): CommitWatch {
    return {
      mark: () => this.#history.mark(),
      saw: (revision) => this.#history.saw(revision),
      made: (revision, before) => {
        const why = this.#history.judgeOwn(revision, before);
        if (why !== undefined) this.#refuse(`it ${why}`);
      },
    };
  }

  get staleMs(): number {
    return this.#lease?.isInForce === true ? 0 : this.#options.clock.monotonic() - this.#seenAt;
  }

  ready(): Promise<void> | undefined {
    const { clock } = this.#options;
    this.#usedAt = clock.monotonic();
    if (this.#lease?.isInForce === true) return undefined;
    // Tried in vain, and tried again without the call. One that is refused for it and repeated at once must not keep the
    // process from hearing the store.
    if (this.#failedAt !== Number.NEGATIVE_INFINITY) return clock.sleep(REFUSAL_MS);
    const waited = new AbortController();
    const patience = clock.sleep(READY_MS, waited.signal).catch(() => undefined);
    return Promise.race([this.#ticker.next(), patience]).finally(() => waited.abort());
  }

  refresh(): Promise<void> {
    this.#usedAt = this.#options.clock.monotonic();
    return this.#ticker.next();
  }

  async liftAbandonedHold(signal: AbortSignal): Promise<void> {
    const { store, clock, processId } = this.#options;
    await liftAbandonedHold({ store, clock, holder: processId, signal });
  }

  now(): number {
    return this.#time.now();
  }

  begin(): Operation {
    return new Operation({
      ...{ live: this.live, epochs: this.#epochs, isLeased: true },
      ...{ lease: () => this.#lease, refusal: () => this.#refusal() },
    });
  }

  whileUsed(begin: Begin): void {
    this.#whileUsed.add(begin);
  }

  async close(): Promise<void> {
    await this.#ticker.stop();
  }

  /** Looks at the topology, and says which epoch this process works under; until both agree. */
  async #turn(): Promise<void> {
    try {
      if (this.#lease?.isInForce === true && this.#fault === undefined) await this.#renew();
      else await this.#register();
      this.#failedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#failedAt = this.#options.clock.monotonic();
      this.#failure = error; // told to those who need the lease
      if (this.#lease?.isInForce !== true && this.#fault === undefined) {
        this.#tell("stale", error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Says without delay that no operation is behind the epoch in force, since somebody may wait to hear it. */
  #acknowledge(): void {
    if (this.#acknowledged !== 0 && this.#acknowledged < this.#epoch) this.#ticker.hurry();
  }

  /** The epoch that no operation of this process is behind. */
  get #epoch(): number {
    return this.#epochs.oldest ?? this.live.topology.epoch;
  }

  async #renew(): Promise<void> {
    const { clock } = this.#options;
    const isDue = (this.#lease?.remainingMs ?? 0) <= LEASE_MS - RENEWAL_MS;
    if (isDue) await this.#check();
    const granted = momentOf(clock);
    await this.#learn();
    const epoch = this.#epoch;
    // Whoever watches is told of changes that are none, among them our own renewals.
    if (this.#fault !== undefined || (!isDue && epoch === this.#acknowledged)) return;
    const result = await this.#commit(epoch, this.#revision);
    if (!result.ok) {
      // The store forgot a lease that cannot have run out: it is back in its past, or somebody tidied it up.
      this.#lease?.lose();
      return this.#register();
    }
    this.#note(result.revision, epoch);
    this.#lease?.extend(granted);
    this.#acknowledge(); // more may have ended meanwhile
  }

  /**
   * Takes a new lease. It counts only when the topology, read after the lease was written, is the one it names: a change
   * of the topology before that was waited for by nobody on our account, and one after it is.
   */
  async #register(): Promise<void> {
    const { clock } = this.#options;
    this.#whileUsed.begin(); // before the topology is read: no change of it is missed
    await this.#check();
    for (;;) {
      if (this.#fault !== undefined) await this.#forgiveOrWarn();
      if (this.#fault !== undefined) return;
      const granted = momentOf(clock);
      const epoch = this.#epoch;
      const result = await this.#commit(epoch);
      if (result.ok) this.#note(result.revision, epoch);
      await this.#learn();
      if (!result.ok || this.#epoch !== epoch || this.#fault !== undefined) continue;
      this.#lease = new EpochLease(clock, LEASE_MS, granted);
      this.#tell("leased");
      return;
    }
  }

  #tell(state: ViewState, reason?: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.changed?.(state, reason);
  }

  #commit(epoch: number, expected?: number): Promise<CommitResult> {
    const { store, landingMs, maxViewAgeMs } = this.#options;
    const value = toValue({ epoch, landingMs });
    return store.commit([
      { key: this.#keys.lease, value, ttlMs: LEASE_MS, ...(expected === undefined ? {} : { expected }) },
      { key: this.#keys.trace, value, ttlMs: Math.max(maxViewAgeMs, LEASE_MS + landingMs) },
    ]);
  }

  #note(revision: number, epoch: number): void {
    this.#revision = revision;
    this.#acknowledged = epoch;
    this.#history.saw(revision);
  }

  /** Reads the topology in force. */
  async #learn(): Promise<void> {
    const { store, clock } = this.#options;
    const topology = await topologyInStore(store);
    const known = this.live.topology.epoch;
    if (topology.epoch < known) {
      this.#refuse(`its topology has epoch ${topology.epoch}, and this process knows ${known}`);
      return;
    }
    this.#seenAt = clock.monotonic();
    if (topology.epoch > known) this.live.set(topology);
  }

  async #check(): Promise<void> {
    const before = this.#history.mark();
    const status = await this.#time.learn(() => this.#options.store.status());
    const why = this.#history.judge(status, before);
    if (why !== undefined) return this.#refuse(`it ${why}`);
    const warning = await readWarning(this.#options.store);
    if (warning !== undefined) this.#refuse(warning);
  }

  #refuse(why: string): void {
    this.#lease?.lose();
    this.#fault ??= why;
    this.#tell("rolled-back", why);
  }

  /** After a recovery the topology has an epoch above all that anybody knew; until then everybody is warned. */
  async #forgiveOrWarn(): Promise<void> {
    const { store } = this.#options;
    const entry = await storedTopology(store);
    const topology = parseTopology(entry.value);
    if (!isLaterEra(topology.epoch, this.live.topology.epoch)) {
      return warnOfRollback(store, { why: this.#fault ?? "", seen: entry });
    }
    this.#history.accept(await store.status());
    this.#fault = undefined;
    this.live.set(topology);
  }

  #refusal(): MiroirError {
    if (this.#fault !== undefined) return rolledBack(this.#options.store, this.#fault);
    return new MiroirError(
      "miroir_store_unavailable",
      `This process has no lease on the topology, since the store \`${this.#options.store.address}\` does not answer or the ` +
        "process was stopped for a while; owners may have changed without it. Send the call again.",
      { status: 503, reason: this.#failure },
    );
  }

  async #giveBack(): Promise<void> {
    this.#failedAt = Number.NEGATIVE_INFINITY; // the next call has to try, since nothing else does
    this.#whileUsed.end();
    this.#lease?.lose();
    this.#lease = undefined;
    const { lease, trace } = this.#keys;
    if (this.#acknowledged === 0) return;
    this.#acknowledged = 0;
    // Otherwise they run out by themselves.
    await this.#options.store
      .commit([
        { key: lease, value: null },
        { key: trace, value: null },
      ])
      .catch(() => undefined);
  }
}
