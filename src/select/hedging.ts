import { type Fleet, median, type OperationClass } from "./fleet.ts";
import { HedgeBudget, type HedgeBudgetOptions } from "./hedge-budget.ts";

/** When a second replica is asked beside a slow one. */
export interface HedgingOptions extends HedgeBudgetOptions {
  /** Shortest wait before it is asked, in milliseconds. @default 10 */
  readonly floorMs?: number;
}

/** What hedging did so far. */
export interface HedgeCounts {
  /** Times that other replicas were asked for the shards of a slow node, and the requests that it took. */
  readonly fired: number;
  readonly requests: number;
  /** Times that they answered first. */
  readonly won: number;
  /** What that saved, measured where the slow answer came in the end. */
  readonly savedMs: number;
  /** Times that it was due, and the budget did not allow it. */
  readonly exhausted: number;
}

/** Share of the requests to a node that are answered before a hedge is due. */
const QUANTILE = 0.95;

/** A node is slow at this many times what its peers take, however slow it was itself before. */
const PEERS_FACTOR = 2;

/** Share of the time left that may pass before a hedge. */
const LATEST_SHARE = 0.5;

/** A request that a hedge may be due for. */
export interface HedgeQuestion {
  readonly node: string;
  readonly operation: OperationClass;
  /** The other nodes of the cluster. */
  readonly peers: readonly string[];
  readonly nowMs: number;
  /** Time left for the operation, in milliseconds. */
  readonly remainingMs: number;
}

/** Decides when a request is hedged, and counts what came of it. */
export class Hedging {
  readonly #fleet: Fleet;
  readonly #budget: HedgeBudget;
  readonly #floorMs: number;
  readonly #counts = { fired: 0, requests: 0, won: 0, savedMs: 0, exhausted: 0 };

  constructor(fleet: Fleet, { floorMs = 10, ...budget }: HedgingOptions = {}) {
    this.#fleet = fleet;
    this.#budget = new HedgeBudget(budget);
    this.#floorMs = floorMs;
  }

  get counts(): HedgeCounts {
    return { ...this.#counts };
  }

  /** An ordinary request is sent. */
  earn(): void {
    this.#budget.earn();
  }

  /**
   * How long to wait for a node before others are asked, in milliseconds: what it takes in 95 of 100 cases, and no longer
   * than twice what the median peer does. Undefined while too little is known of the node.
   */
  delayMs({ node, operation, peers, nowMs, remainingMs }: HedgeQuestion): number | undefined {
    const own = this.#fleet.quantile(QUANTILE, { node, operation, nowMs });
    if (own === undefined) return undefined;
    const others = peers.flatMap((peer) => this.#fleet.quantile(QUANTILE, { node: peer, operation, nowMs }) ?? []);
    const slow = Math.min(own, (median(others) ?? own) * PEERS_FACTOR);
    return Math.min(Math.max(this.#floorMs, slow), remainingMs * LATEST_SHARE);
  }

  /** Whether these nodes may be asked now; what it costs is taken from the budget. */
  fire(nodes: readonly string[], nowMs: number): boolean {
    if (nodes.some((node) => this.#fleet.isStrained(node, nowMs))) return false;
    if (!this.#budget.take(nodes.length)) {
      this.#counts.exhausted += 1;
      return false;
    }
    this.#counts.fired += 1;
    this.#counts.requests += nodes.length;
    return true;
  }

  won(): void {
    this.#counts.won += 1;
  }

  /** The slow node answered in the end, so much later. */
  saved(ms: number): void {
    this.#counts.savedMs += ms;
  }
}
