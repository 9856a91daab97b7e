import { addSample, type DecayedMean, decayTowards } from "./decayed-mean.ts";
import { LatencyWindow } from "./latency-window.ts";

/** What a read does on a node; latencies of one class say little about another. */
export type OperationClass = "documents" | "facet-search" | "multi-search" | "search" | "similar" | "stats";

/** How a request to a node ended, as far as it says how fast the node is. */
export type FlightEnd =
  /** The node answered. */
  | "measured"
  /** It was given up before the node answered, which takes at least as long. */
  | "censored"
  /** It says nothing: no connection, an overload. */
  | "void";

/** Half-life of a latency, in milliseconds. */
const HALF_LIFE_MS = 5000;

/** Answers within the window before a quantile is trusted. */
const ENOUGH_SAMPLES = 20;

/** Time over which a node that came back takes part more and more, in milliseconds. */
const SLOW_START_MS = 10_000;

/** What it takes part with at first. */
const FIRST_SHARE = 0.1;

/** Time for which an overloaded node is spared that did not say for how long, in milliseconds. */
const SPARE_MS = 1000;

/** A request on its way. */
export interface Flight {
  /** It has taken longer than such requests nearly always do. */
  overdue(): void;
  end(how: FlightEnd, nowMs: number): void;
}

/** A node as strategies see it. */
export interface NodeStanding {
  readonly id: string;
  /** Expected latency of such a request, in milliseconds; that of the median node where nothing is known. */
  readonly latencyMs: number;
  /** Requests under way from this process. */
  readonly inFlight: number;
  /** Whether it should be spared: a request is overdue, it is overloaded, or it is being tried out again. */
  readonly isSpared: boolean;
  /** Share of its requests that it should get, from 0.1 up to 1 after it came back. */
  readonly share: number;
}

interface Timing {
  mean: DecayedMean | undefined;
  readonly window: LatencyWindow;
}

interface NodeState {
  inFlight: number;
  overdue: number;
  backSinceMs: number | undefined;
  spareUntilMs: number;
  readonly timings: Map<OperationClass, Timing>;
}

/** How fast and how busy the nodes are, as this process has seen it. */
export class Fleet {
  readonly #states = new Map<string, NodeState>();

  /** A request is sent. */
  depart(node: string, operation: OperationClass, nowMs: number): Flight {
    const state = this.#stateOf(node);
    state.inFlight += 1;
    let isOverdue = false;
    return {
      overdue: () => {
        if (!isOverdue) state.overdue += 1;
        isOverdue = true;
      },
      end: (how, endMs) => {
        state.inFlight -= 1;
        if (isOverdue) state.overdue -= 1;
        learn(timingOf(state, operation), { how, latencyMs: endMs - nowMs, nowMs: endMs });
      },
    };
  }

  /** The node was away and is back: it is not given everything at once. */
  returned(node: string, nowMs: number): void {
    this.#stateOf(node).backSinceMs = nowMs;
  }

  /** The node said that it has too much to do. */
  overloaded(
    node: string,
    { nowMs, retryAfterMs = SPARE_MS }: { nowMs: number; retryAfterMs?: number | undefined },
  ): void {
    const state = this.#stateOf(node);
    state.spareUntilMs = Math.max(state.spareUntilMs, nowMs + retryAfterMs);
  }

  /** How long an overloaded node is to be spared yet, in milliseconds; 0 for any other. */
  overloadedForMs(node: string, nowMs: number): number {
    return Math.max(0, (this.#states.get(node)?.spareUntilMs ?? 0) - nowMs);
  }

  /** Mean latency of a node, in milliseconds, however old; undefined when it never answered such a request. */
  latency(node: string, operation: OperationClass): number | undefined {
    return this.#states.get(node)?.timings.get(operation)?.mean?.value;
  }

  /** Requests under way to a node from this process. */
  inFlight(node: string): number {
    return this.#states.get(node)?.inFlight ?? 0;
  }

  /** Whether nothing more should be asked of a node than must be. */
  isStrained(node: string, nowMs: number): boolean {
    const state = this.#states.get(node);
    return state !== undefined && (state.overdue > 0 || state.spareUntilMs > nowMs);
  }

  /** Whether enough is known of a node for a quantile. */
  quantile(
    share: number,
    { node, operation, nowMs }: { node: string; operation: OperationClass; nowMs: number },
  ): number | undefined {
    const window = this.#states.get(node)?.timings.get(operation)?.window;
    return window === undefined || window.count(nowMs) < ENOUGH_SAMPLES ? undefined : window.quantile(share, nowMs);
  }

  /** How the nodes stand for one class of requests; latencies that are old count for less and less. */
  standings(nodes: readonly string[], operation: OperationClass, nowMs: number): NodeStanding[] {
    const known = nodes.flatMap((node) => this.#states.get(node)?.timings.get(operation)?.mean?.value ?? []);
    const rest = median(known) ?? 0;
    return nodes.map((id) => {
      const state = this.#states.get(id);
      if (state === undefined) return { id, latencyMs: rest, inFlight: 0, isSpared: false, share: 1 };
      const mean = state.timings.get(operation)?.mean;
      const isOld = mean !== undefined && nowMs - mean.atMs > HALF_LIFE_MS;
      return {
        id,
        latencyMs: mean === undefined ? rest : decayTowards(rest, mean, { nowMs, halfLifeMs: HALF_LIFE_MS }),
        inFlight: state.inFlight,
        // One request is enough to find out whether a node that was not asked for long is still slow.
        isSpared: state.overdue > 0 || state.spareUntilMs > nowMs || (isOld && state.inFlight > 0),
        share: shareOf(state, nowMs),
      };
    });
  }

  #stateOf(node: string): NodeState {
    let state = this.#states.get(node);
    if (state === undefined) {
      state = {
        inFlight: 0,
        overdue: 0,
        backSinceMs: undefined,
        spareUntilMs: Number.NEGATIVE_INFINITY,
        timings: new Map(),
      };
      this.#states.set(node, state);
    }
    return state;
  }
}

function timingOf(state: NodeState, operation: OperationClass): Timing {
  let timing = state.timings.get(operation);
  if (timing === undefined) {
    timing = { mean: undefined, window: new LatencyWindow() };
    state.timings.set(operation, timing);
  }
  return timing;
}

/** What was given up took at least as long: it can only make a node look slower. */
function learn(timing: Timing, { how, latencyMs, nowMs }: { how: FlightEnd; latencyMs: number; nowMs: number }): void {
  if (how === "void" || (how === "censored" && latencyMs <= (timing.mean?.value ?? 0))) return;
  timing.mean = addSample(timing.mean, { value: latencyMs, atMs: nowMs }, HALF_LIFE_MS);
  timing.window.add(latencyMs, nowMs);
}

function shareOf({ backSinceMs }: NodeState, nowMs: number): number {
  if (backSinceMs === undefined) return 1;
  return Math.min(1, Math.max(FIRST_SHARE, (nowMs - backSinceMs) / SLOW_START_MS));
}

/** The middle one, the lower of two; undefined of none. */
export function median(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((a, b) => a - b)[(numbers.length - 1) >> 1];
}
