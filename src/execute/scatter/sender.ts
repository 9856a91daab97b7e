import type { Attempt } from "../../core/attempt.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { Flight, FlightEnd } from "../../select/fleet.ts";
import type { NodeRequest, NodeResponse } from "../../transport/transport.ts";
import { attemptUnder, describeAttempt, type Outcome } from "../attempt.ts";
import { Deadline } from "../deadline.ts";
import type { Candidates } from "./candidates.ts";
import type { Harvest } from "./harvest.ts";
import type { ScatterContext, ScatterInput } from "./scatter-input.ts";

/** Requests under way to one node from which a lost one is broken off; below, it may end, which keeps its connection. */
const BREAK_OFF_FROM = 32;

/** A request on its way to a node. */
export interface Sent {
  readonly node: NodeInfo;
  readonly flight: Flight;
  /** Undefined when the node did not answer for its shards. */
  readonly harvest: Promise<Harvest | undefined>;
  /** Whether the operation ended before the node could answer. */
  wasCutOff(): boolean;
  /** Nobody waits for the answer any more. */
  leave(): void;
}

/** How a node is asked. */
export interface SendOptions {
  /** Shards of which the node is known to have missed writes. */
  readonly indebted: ReadonlySet<number>;
  /** Whether others could answer: a node gets the whole remaining time only when not. */
  readonly hasOthers: boolean;
}

/** Sends the requests of one scatter, and tells everybody concerned how they ended. */
export class Sender {
  readonly #input: ScatterInput;
  readonly #context: ScatterContext;
  readonly #candidates: Candidates;
  readonly #failures: Attempt[] = [];
  #requests = 0;

  constructor(input: ScatterInput, context: ScatterContext, candidates: Candidates) {
    this.#input = input;
    this.#context = context;
    this.#candidates = candidates;
  }

  /** Requests that failed so far. */
  get failures(): readonly Attempt[] {
    return [...this.#failures];
  }

  /** Requests that were sent so far. */
  get requests(): number {
    return this.#requests;
  }

  send(id: string, shards: readonly number[], { indebted, hasOthers }: SendOptions): Sent {
    const { transport, clock, deadline, fleet, attemptTimeoutMs } = this.#context;
    const node = this.#nodeOf(id);
    const readmittedAt = this.#candidates.readmittedAt(id);
    const timeoutMs = hasOthers ? Math.min(attemptTimeoutMs, deadline.remainingMs) : deadline.remainingMs;
    let isLeft = false;
    let ended: Outcome | undefined;
    const request: NodeRequest = { ...this.#input.request(node, shards), isUnwanted: () => isLeft };
    // A node that may take all the time there is needs no timer and no signal of its own.
    const own = hasOthers ? Deadline.start(clock, timeoutMs, deadline.signal) : undefined;
    const sentMs = clock.monotonic();
    const flight = fleet.depart(id, this.#input.operation, sentMs);
    this.#requests += 1;
    const conclude = (outcome: Outcome): Harvest | undefined => {
      ended = outcome;
      const nowMs = clock.monotonic();
      flight.end(this.#judge(outcome, node, nowMs), nowMs);
      if (outcome.kind === "answered" && !this.#isNodeFault(outcome.response, node)) {
        const part = { node, shards, response: outcome.response, tookMs: nowMs - sentMs };
        return { answers: [part], missing: [], indebted: shards.filter((shard) => indebted.has(shard)) };
      }
      this.#failures.push(describeAttempt(request, outcome));
      this.#candidates.failed(id, outcome, readmittedAt);
      return undefined;
    };
    return {
      ...{ node, flight },
      harvest: attemptUnder(own ?? deadline, request, { transport, clock, signal: deadline.signal, timeoutMs })
        .finally(() => own?.end())
        .then(conclude),
      wasCutOff: () => ended?.kind === "aborted",
      leave: () => {
        isLeft = true;
        if (fleet.inFlight(id) >= BREAK_OFF_FROM) own?.giveUp(new Error("another replica was first"));
      },
    };
  }

  #nodeOf(id: string): NodeInfo {
    const node = this.#context.nodesById.get(id);
    if (node === undefined) throw new Error(`the cover names node \`${id}\`, which the topology does not know`);
    return node;
  }

  #isNodeFault(response: NodeResponse, node: NodeInfo): boolean {
    return response.status >= 400 && this.#input.isNodeFault?.(response, node) === true;
  }

  /** What an outcome tells of the node: its health, its load, its speed. */
  #judge(outcome: Outcome, { id }: NodeInfo, nowMs: number): FlightEnd {
    const { health, fleet } = this.#context;
    health.observe(id, outcome);
    if (outcome.kind === "answered") return outcome.response.status < 400 ? "measured" : "void";
    if (outcome.kind === "overloaded") fleet.overloaded(id, { nowMs, retryAfterMs: outcome.retryAfterMs });
    return outcome.kind === "unknown" || outcome.kind === "aborted" ? "censored" : "void";
  }
}
