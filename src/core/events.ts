import { type Channel, channel } from "node:diagnostics_channel";
import { EventEmitter } from "eventemitter3";
import type { Coverage } from "./meta.ts";

/** Another topology came into force. */
export interface EpochEvent {
  readonly epoch: number;
  readonly previousEpoch: number;
  /** Ids of the nodes there are now. */
  readonly nodes: readonly string[];
}

/** What a process thinks of a node. */
export interface NodeEvent {
  readonly node: string;
  readonly url: string;
  /** Why it is not used; absent when it is used again. */
  readonly reason?: string;
}

/** An answer or a write that is less than whole. */
export interface DegradedEvent {
  readonly method: string;
  readonly path: string;
  readonly reasons: readonly string[];
  readonly coverage?: Coverage;
  /** Replicas that missed the write. */
  readonly indebted?: readonly string[];
}

/** Replicas missed a write, or were given what they missed. */
export interface DebtEvent {
  /** Name of the index on the nodes. */
  readonly index: string;
  readonly node: string;
  readonly shards: readonly number[];
  /** Documents in question; "all" when anything in the shards may be. */
  readonly documents: number | "all";
}

/** Shards begin or end to change owners; see `OwnerChange` for the phases. */
export interface HoldEvent {
  readonly job: string;
  readonly phase: "copying" | "holding" | "switched" | "released";
  readonly shards: readonly number[];
}

/** Whether this process knows that its topology is in force. */
export interface ViewEvent {
  readonly state: "leased" | "stale" | "rolled-back";
  readonly reason?: string;
}

/** A step of a job that this process drives. */
export interface JobEvent {
  readonly job: string;
  readonly kind: string;
  readonly state: string;
  readonly phase?: string;
  readonly documents?: number;
  readonly bytes?: number;
}

/** A search that took longer than `slowSearchMs`, whether it was answered or not. */
export interface SlowEvent {
  /** `search`, `multi_search`, `facet_search` or `similar`. */
  readonly operation: string;
  /** Uid of the index, unless the search names several. */
  readonly index?: string;
  readonly durationMs: number;
  /** HTTP status of the answer, when there was one. */
  readonly status?: number;
  /** Code of the error that it ended with. */
  readonly error?: string;
  /** Ids of the nodes whose answers were used. */
  readonly nodes: readonly string[];
  /** Requests that were sent to nodes, repeated ones and those of hedges included. */
  readonly requests?: number;
  /** How many requests failed on the way. */
  readonly failures: number;
  readonly degraded: boolean;
  /** The words searched for; only with `captureQueries`. */
  readonly query?: string;
}

/** Everything that is told of, by name. */
export interface MiroirEvents {
  epoch: [event: EpochEvent];
  nodeSuspect: [event: NodeEvent];
  nodeUp: [event: NodeEvent];
  degraded: [event: DegradedEvent];
  debt: [event: DebtEvent];
  debtPaid: [event: DebtEvent];
  hold: [event: HoldEvent];
  view: [event: ViewEvent];
  job: [event: JobEvent];
  slow: [event: SlowEvent];
}

/** Names of the events. */
export type MiroirEventName = keyof MiroirEvents;

const CHANNELS = {
  epoch: channel("miroir:epoch"),
  nodeSuspect: channel("miroir:nodeSuspect"),
  nodeUp: channel("miroir:nodeUp"),
  degraded: channel("miroir:degraded"),
  debt: channel("miroir:debt"),
  debtPaid: channel("miroir:debtPaid"),
  hold: channel("miroir:hold"),
  view: channel("miroir:view"),
  job: channel("miroir:job"),
  slow: channel("miroir:slow"),
} satisfies Record<MiroirEventName, Channel>;

/**
 * Tells of what happens in a cluster as this process sees it: to listeners, and on the `diagnostics_channel` whose name is
 * the event's after `miroir:`. Listeners run at once and must not take long.
 */
export class EventBus {
  readonly #emitter = new EventEmitter<MiroirEvents>();

  /** What users listen to. */
  get emitter(): EventEmitter<MiroirEvents> {
    return this.#emitter;
  }

  /** Tells everybody who listens. A listener that throws is no concern of the call that it hears of: the error is thrown on its own. */
  tell<Name extends MiroirEventName>(name: Name, event: MiroirEvents[Name][0]): void {
    const target = CHANNELS[name];
    if (target.hasSubscribers) target.publish(event);
    try {
      this.#emitter.emit(name as "epoch", event as EpochEvent);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
