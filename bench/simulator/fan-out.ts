import { seededRandom } from "../corpus.ts";
import { Histogram } from "../histogram.ts";
import { EventQueue } from "./event-queue.ts";

/** A cluster with nothing but fixed times, and the load on it. Times are in milliseconds. */
export interface FanOutModel {
  readonly nodes: number;
  /** What a node takes for any request. */
  readonly nodeBaseMs: number;
  /** What one node would take for all documents; each of several takes its part. */
  readonly corpusMs: number;
  /** What the client takes for a search, and for each part of it, on its one thread. */
  readonly clientBaseMs: number;
  readonly clientPartMs: number;
  /** Share of requests that a node answers late, and by how much. */
  readonly stallShare: number;
  readonly stallMs: number;
  readonly searchesPerSecond: number;
  readonly searches: number;
  readonly seed: number;
  /** Asks the next node as well after so long, within 5 % of all requests; every part has two copies then. */
  readonly hedgeAfterMs?: number;
}

/** What a {@link FanOutModel} does. */
export interface FanOutOutcome {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Searches a second that the busiest of nodes and client can take. */
  readonly limitPerSecond: number;
  /** Requests beyond one a part. */
  readonly hedgedShare: number;
}

interface Search {
  readonly startedAt: number;
  partsLeft: number;
}

interface Part {
  readonly search: Search;
  readonly node: number;
  isDone: boolean;
}

const HEDGE_BUDGET = 0.05;
const HEDGE_BURST = 10;

/**
 * Plays searches that arrive by chance (Poisson) against nodes that take one request after the other: waiting lines, slow
 * parts and hedges as they come, every number given, so that only the shape of fanning out shows.
 */
export function simulateFanOut(model: FanOutModel): FanOutOutcome {
  const run = new FanOutRun(model);
  run.play();
  return run.outcome();
}

class FanOutRun {
  readonly #model: FanOutModel;
  readonly #random: () => number;
  readonly #events = new EventQueue();
  readonly #nodeFreeAt: number[];
  readonly #latencies = new Histogram();
  #clientFreeAt = 0;
  #tokens = HEDGE_BURST;
  #hedges = 0;

  constructor(model: FanOutModel) {
    this.#model = model;
    this.#random = seededRandom(model.seed);
    this.#nodeFreeAt = Array.from({ length: model.nodes }, () => 0);
  }

  play(): void {
    let at = 0;
    for (let left = this.#model.searches; left > 0; left--) {
      at -= (Math.log(1 - this.#random()) * 1000) / this.#model.searchesPerSecond;
      const startedAt = at;
      this.#events.push({ at, happens: () => this.#begin(startedAt) });
    }
    for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) event.happens();
  }

  outcome(): FanOutOutcome {
    const { nodes, searches } = this.#model;
    return {
      p50Ms: this.#latencies.quantile(0.5),
      p99Ms: this.#latencies.quantile(0.99),
      limitPerSecond: 1000 / Math.max(this.#serviceMs, this.#clientMs),
      hedgedShare: this.#hedges / (searches * nodes),
    };
  }

  get #serviceMs(): number {
    const { nodeBaseMs, corpusMs, nodes } = this.#model;
    return nodeBaseMs + corpusMs / nodes;
  }

  get #clientMs(): number {
    const { clientBaseMs, clientPartMs, nodes } = this.#model;
    return clientBaseMs + clientPartMs * nodes;
  }

  #begin(at: number): void {
    const { nodes, hedgeAfterMs } = this.#model;
    const search = { startedAt: at, partsLeft: nodes };
    for (let node = 0; node < nodes; node++) {
      const part = { search, node, isDone: false };
      this.#tokens = Math.min(HEDGE_BURST, this.#tokens + HEDGE_BUDGET);
      this.#ask(node, part, at);
      if (hedgeAfterMs === undefined || nodes === 1) continue;
      const hedgeAt = at + hedgeAfterMs;
      this.#events.push({ at: hedgeAt, happens: () => this.#hedge(part, hedgeAt) });
    }
  }

  #ask(node: number, part: Part, at: number): void {
    const { stallShare, stallMs } = this.#model;
    const isStalled = this.#random() < stallShare;
    // A node that answers late is not busy meanwhile: it waits for its disk.
    const served = Math.max(at, this.#nodeFreeAt[node] ?? 0) + this.#serviceMs;
    this.#nodeFreeAt[node] = served;
    const answeredAt = served + (isStalled ? stallMs : 0);
    this.#events.push({ at: answeredAt, happens: () => this.#receive(part, answeredAt) });
  }

  #hedge(part: Part, at: number): void {
    if (part.isDone || this.#tokens < 1) return;
    this.#tokens -= 1;
    this.#hedges += 1;
    this.#ask((part.node + 1) % this.#model.nodes, part, at);
  }

  #receive(part: Part, at: number): void {
    if (part.isDone) return;
    part.isDone = true;
    part.search.partsLeft -= 1;
    if (part.search.partsLeft > 0) return;
    this.#clientFreeAt = Math.max(at, this.#clientFreeAt) + this.#clientMs;
    this.#latencies.record(this.#clientFreeAt - part.search.startedAt);
  }
}
