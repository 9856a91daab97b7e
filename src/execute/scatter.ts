import type { Attempt } from "../core/attempt.ts";
import type { NodeInfo } from "../core/types.ts";
import type { Cover } from "../routing/cover.ts";
import type { NodeRequest, NodeResponse, Transport } from "../transport/transport.ts";
import { untilAborted } from "../util/abort.ts";
import type { Clock } from "../util/clock.ts";
import { attempt, describeAttempt, type Outcome } from "./attempt.ts";
import type { Deadline } from "./deadline.ts";
import type { HealthMonitor } from "./health-monitor.ts";

/** What to ask of whom. */
export interface ScatterInput {
  readonly shards: readonly number[];
  /** Chooses a replica for every shard, never one of the excluded nodes. */
  cover(shards: readonly number[], exclude: ReadonlySet<string>): Cover;
  /** Whether a cover of these shards would leave none of them uncovered. */
  isCoverable(shards: readonly number[], exclude: ReadonlySet<string>): boolean;
  /** The request that a node is sent for its shards. */
  request(node: NodeInfo, shards: readonly number[]): NodeRequest;
  /** Whether a 4xx answer is the node's own fault (it lacks an index it should have), so that another is asked. */
  isNodeFault?(response: NodeResponse, node: NodeInfo): boolean;
}

/** What a scatter runs on. */
export interface ScatterContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly health: HealthMonitor;
  readonly nodesById: ReadonlyMap<string, NodeInfo>;
  /** Longest wait for a node while another replica could answer, in milliseconds. */
  readonly attemptTimeoutMs: number;
}

/** One node's answer for the shards it was asked. */
export interface ScatterPart {
  readonly node: NodeInfo;
  readonly shards: readonly number[];
  readonly response: NodeResponse;
}

/** Everything that came back. */
export interface ScatterResult {
  /** Answers below 400, in the order of node ids, so that ties do not depend on arrival. */
  readonly parts: readonly ScatterPart[];
  /** 4xx answers: nodes that judged the request wrong. */
  readonly refusals: readonly ScatterPart[];
  /** Shards that nobody answered for. */
  readonly missing: readonly number[];
  /** Shards answered by a replica that is known to have missed writes. */
  readonly indebted: readonly number[];
  /** Requests that failed on the way. */
  readonly failures: readonly Attempt[];
  /** Version of the settings of the index that was read, as far as it was looked up. */
  readonly settingsVersion?: number;
}

/** Asks one replica of every shard in parallel; what fails or is too slow is asked of other replicas, for exactly its shards. */
export async function scatter(input: ScatterInput, context: ScatterContext): Promise<ScatterResult> {
  const run = new ScatterRun(input, context);
  await run.ask(input.shards);
  return run.result();
}

/** Longest pause before a node that broke or was overloaded is asked a second time. */
const LONGEST_PAUSE_MS = 2000;

class ScatterRun {
  readonly #input: ScatterInput;
  readonly #context: ScatterContext;
  readonly #answers: ScatterPart[] = [];
  readonly #failures: Attempt[] = [];
  readonly #missing: number[] = [];
  readonly #indebted = new Set<number>();
  /** Nodes not to be asked again in this call. */
  readonly #excluded = new Set<string>();
  /** Nodes that may be asked once more when nobody else is left, with the pause they need. */
  readonly #secondChances = new Map<string, number>();
  /** Nodes that got their second chance, and when they may be asked. */
  readonly #readmittedAt = new Map<string, number>();

  constructor(input: ScatterInput, context: ScatterContext) {
    this.#input = input;
    this.#context = context;
  }

  async ask(shards: readonly number[]): Promise<void> {
    const cover = this.#input.cover(shards, this.#excluded);
    const indebted = new Set(cover.indebted);
    const parts = [...cover.assignments].map(([id, assigned]) => this.#askNode(id, assigned, indebted));
    if (cover.uncovered.length > 0) parts.push(this.#lastResort(cover.uncovered));
    await Promise.all(parts);
  }

  result(): ScatterResult {
    const sorted = this.#answers.sort(
      (a, b) => compareText(a.node.id, b.node.id) || (a.shards[0] ?? 0) - (b.shards[0] ?? 0),
    );
    return {
      parts: sorted.filter((part) => part.response.status < 400),
      refusals: sorted.filter((part) => part.response.status >= 400),
      missing: this.#missing.sort((a, b) => a - b),
      indebted: [...this.#indebted].sort((a, b) => a - b),
      failures: this.#failures,
    };
  }

  async #askNode(id: string, shards: readonly number[], indebted: ReadonlySet<number>): Promise<void> {
    const { transport, clock, deadline, health, nodesById } = this.#context;
    const node = nodesById.get(id);
    if (node === undefined) throw new Error(`the cover names node \`${id}\`, which the topology does not know`);
    const readmittedAt = this.#readmittedAt.get(id);
    await this.#waitUntil(readmittedAt);
    const request = this.#input.request(node, shards);
    const timeoutMs = this.#timeoutFor(id, shards);
    const outcome = await attempt(request, { transport, clock, signal: deadline.signal, timeoutMs });
    health.observe(id, outcome);
    if (outcome.kind === "answered" && !this.#isNodeFault(outcome.response, node)) {
      this.#answers.push({ node, shards, response: outcome.response });
      for (const shard of shards) if (indebted.has(shard)) this.#indebted.add(shard);
      return;
    }
    this.#failures.push(describeAttempt(request, outcome));
    this.#exclude(id, outcome, readmittedAt);
    if (outcome.kind === "aborted") this.#missing.push(...shards);
    else await this.ask(shards);
  }

  #isNodeFault(response: NodeResponse, node: NodeInfo): boolean {
    return response.status >= 400 && this.#input.isNodeFault?.(response, node) === true;
  }

  async #waitUntil(timeMs: number | undefined): Promise<void> {
    const { clock, deadline } = this.#context;
    const pauseMs = (timeMs ?? 0) - clock.monotonic();
    if (pauseMs > 0) await clock.sleep(pauseMs, deadline.signal).catch(() => undefined);
  }

  /** A node gets the whole remaining time only when nobody else could answer. */
  #timeoutFor(id: string, shards: readonly number[]): number {
    const { deadline, attemptTimeoutMs } = this.#context;
    const hasOthers = this.#input.isCoverable(shards, new Set([...this.#excluded, id]));
    return hasOthers ? Math.min(attemptTimeoutMs, deadline.remainingMs) : deadline.remainingMs;
  }

  /** A request from before the node was let back in says nothing about its second chance. */
  #exclude(id: string, outcome: Outcome, readmittedAt: number | undefined): void {
    if (this.#readmittedAt.get(id) !== readmittedAt) return;
    this.#excluded.add(id);
    if (readmittedAt !== undefined) return;
    if (outcome.kind === "overloaded") this.#secondChances.set(id, outcome.retryAfterMs ?? 100);
    else if (outcome.kind === "broken" || (outcome.kind === "unknown" && outcome.silentMs === undefined))
      this.#secondChances.set(id, 20);
  }

  /** Nobody healthy is left for these shards: ask suspects that a probe finds well, then nodes that deserve a second try. */
  async #lastResort(shards: readonly number[]): Promise<void> {
    const { health, nodesById, deadline } = this.#context;
    const suspects = [...nodesById.keys()].filter((id) => !this.#excluded.has(id) && health.isSuspect(id));
    const hasRecovered = await untilAborted(health.anyRecovered(suspects), deadline.signal).catch(() => false);
    const isAskable = hasRecovered || this.#readmit(shards) || this.#isPartlyCoverable(shards);
    if (isAskable && !deadline.signal.aborted) await this.ask(shards);
    else this.#missing.push(...shards);
  }

  /** Whether somebody was let back in for other shards while these waited for a probe. */
  #isPartlyCoverable(shards: readonly number[]): boolean {
    return this.#input.cover(shards, this.#excluded).assignments.size > 0;
  }

  /** Lets those nodes with a second chance back in that hold some of these shards and can be asked soon enough. */
  #readmit(shards: readonly number[]): boolean {
    const { clock, deadline } = this.#context;
    const longestMs = Math.min(LONGEST_PAUSE_MS, deadline.remainingMs / 2);
    let isAnybody = false;
    for (const [id, neededMs] of this.#secondChances) {
      const excluded = new Set(this.#excluded);
      excluded.delete(id);
      const helps = this.#input.cover(shards, excluded).assignments.has(id);
      if (neededMs > longestMs || !helps) continue;
      this.#secondChances.delete(id);
      this.#excluded.delete(id);
      this.#readmittedAt.set(id, clock.monotonic() + neededMs);
      isAnybody = true;
    }
    return isAnybody;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
