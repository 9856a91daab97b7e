import type { MiroirError } from "../../core/errors.ts";
import { untilAborted } from "../../util/abort.ts";
import type { EpochLease } from "./epoch-lease.ts";
import type { EpochsInUse } from "./epochs-in-use.ts";
import type { LiveTopology, TopologySnapshot } from "./live-topology.ts";

/** What an {@link Operation} runs on. */
export interface OperationContext {
  readonly live: LiveTopology;
  readonly epochs: EpochsInUse;
  /** The lease that is held now; undefined where none is needed. */
  lease(): EpochLease | undefined;
  /** Whether a lease is needed at all. */
  readonly isLeased: boolean;
  /** Why there is no lease. */
  refusal(): MiroirError;
}

/**
 * One call, as the cluster counts it. While it is entered it works under one topology, and this process acknowledges no
 * later epoch; while it waits for its turn it is parked, and holds nobody up.
 */
export class Operation {
  readonly #context: OperationContext;
  #snapshot: TopologySnapshot;
  #lease: EpochLease | undefined;
  #isEntered = false;

  /** Begins entered. */
  constructor(context: OperationContext) {
    this.#context = context;
    this.#snapshot = context.live.snapshot;
    this.enter();
  }

  /** The topology it works under. */
  get snapshot(): TopologySnapshot {
    return this.#snapshot;
  }

  /** Whether what a node answers now still counts: no change of owners can have overtaken it. */
  get isCovered(): boolean {
    return !this.#context.isLeased || (this.#isEntered && this.#lease?.isInForce === true);
  }

  /** @throws MiroirError why the operation is not covered (any more) */
  requireCover(): void {
    if (!this.isCovered) throw this.#context.refusal();
  }

  /** Goes on under the topology in force, and the lease held now. */
  enter(): void {
    this.park();
    this.#snapshot = this.#context.live.snapshot;
    this.#lease = this.#context.lease();
    this.#context.epochs.enter(this.#snapshot.topology.epoch);
    this.#isEntered = true;
  }

  /** Stops working under its topology. */
  park(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#context.epochs.leave(this.#snapshot.topology.epoch);
  }

  /** Waits parked for a topology that suits, then enters it; rejects with the reason of `signal` when that fires first. */
  async enterWhen(suits: (snapshot: TopologySnapshot) => boolean, signal: AbortSignal): Promise<void> {
    const { live } = this.#context;
    this.park();
    let stop = () => {};
    const suited = new Promise<void>((resolve) => {
      const check = () => {
        if (suits(live.snapshot)) resolve();
      };
      stop = live.onChange(check);
      check();
    });
    try {
      await untilAborted(suited, signal);
    } finally {
      stop();
    }
    this.enter();
  }

  /** It is over; ending it again does nothing. */
  end(): void {
    this.park();
  }
}
