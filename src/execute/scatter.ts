import type { Attempt } from "../core/attempt.ts";
import { untilAborted } from "../util/abort.ts";
import { firstDefined } from "../util/first-defined.ts";
import { Candidates } from "./scatter/candidates.ts";
import { gather, type Harvest, nothingFor, type ScatterPart } from "./scatter/harvest.ts";
import { Hedger } from "./scatter/hedger.ts";
import type { ScatterContext, ScatterInput } from "./scatter/scatter-input.ts";
import { Sender } from "./scatter/sender.ts";

export type { ScatterPart } from "./scatter/harvest.ts";
export type { ScatterContext, ScatterInput } from "./scatter/scatter-input.ts";

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
  /** Requests that were sent, those of hedges included. */
  readonly requests: number;
  /** Times that other replicas were asked beside a slow node, and that they were first. */
  readonly hedges: { readonly fired: number; readonly won: number };
  /** Version of the settings of the index that was read, as far as it was looked up. */
  readonly settingsVersion?: number;
}

/** Asks one replica of every shard in parallel; what fails or is too slow is asked of other replicas, for exactly its shards. */
export async function scatter(input: ScatterInput, context: ScatterContext): Promise<ScatterResult> {
  const run = new ScatterRun(input, context);
  return run.result(await run.ask(input.shards));
}

class ScatterRun {
  readonly #input: ScatterInput;
  readonly #context: ScatterContext;
  readonly #candidates: Candidates;
  readonly #sender: Sender;
  readonly #hedger: Hedger;

  constructor(input: ScatterInput, context: ScatterContext) {
    this.#input = input;
    this.#context = context;
    this.#candidates = new Candidates(input, context);
    this.#sender = new Sender(input, context, this.#candidates);
    this.#hedger = new Hedger(input, context, { candidates: this.#candidates, sender: this.#sender });
  }

  async ask(shards: readonly number[]): Promise<Harvest> {
    const cover = this.#input.cover(shards, this.#candidates.excluded);
    const indebted = new Set(cover.indebted);
    const parts = [...cover.assignments].map(([id, assigned]) => this.#askNode(id, assigned, indebted));
    if (cover.uncovered.length > 0) parts.push(this.#lastResort(cover.uncovered));
    return gather(await Promise.all(parts));
  }

  result({ answers, missing, indebted }: Harvest): ScatterResult {
    const sorted = [...answers].sort(
      (a, b) => compareText(a.node.id, b.node.id) || (a.shards[0] ?? 0) - (b.shards[0] ?? 0),
    );
    return {
      parts: sorted.filter((part) => part.response.status < 400),
      refusals: sorted.filter((part) => part.response.status >= 400),
      missing: [...missing].sort((a, b) => a - b),
      indebted: [...indebted].sort((a, b) => a - b),
      failures: this.#sender.failures,
      requests: this.#sender.requests,
      hedges: this.#hedger.counts,
    };
  }

  async #askNode(id: string, shards: readonly number[], indebted: ReadonlySet<number>): Promise<Harvest> {
    // Without a pause nothing is waited for: whoever chooses next must see this request under way.
    if (this.#candidates.readmittedAt(id) !== undefined) await this.#candidates.waitFor(id);
    const hasOthers = this.#input.isCoverable(shards, new Set([...this.#candidates.excluded, id]));
    const sent = this.#sender.send(id, shards, { indebted, hasOthers });
    this.#context.hedging?.earn();
    const hedge = hasOthers ? this.#hedger.hedge(sent, shards) : undefined;
    const harvest = await (hedge === undefined ? sent.harvest : firstDefined([sent.harvest, hedge]));
    if (harvest !== undefined) return harvest;
    return sent.wasCutOff() ? nothingFor(shards) : this.ask(shards);
  }

  /** Nobody healthy is left for these shards: ask suspects that a probe finds well, then nodes that deserve a second try. */
  async #lastResort(shards: readonly number[]): Promise<Harvest> {
    const { health, nodesById, deadline } = this.#context;
    const suspects = [...nodesById.keys()].filter((id) => !this.#candidates.excluded.has(id) && health.isSuspect(id));
    const hasRecovered = await untilAborted(health.anyRecovered(suspects), deadline.signal).catch(() => false);
    const isAskable = hasRecovered || this.#candidates.readmit(shards) || this.#isPartlyCoverable(shards);
    return isAskable && !deadline.signal.aborted ? this.ask(shards) : nothingFor(shards);
  }

  /** Whether somebody was let back in for other shards while these waited for a probe. */
  #isPartlyCoverable(shards: readonly number[]): boolean {
    return this.#input.cover(shards, this.#candidates.excluded).assignments.size > 0;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
