import type { Candidates } from "./candidates.ts";
import { gather, type Harvest } from "./harvest.ts";
import type { ScatterContext, ScatterInput } from "./scatter-input.ts";
import type { Sender, Sent } from "./sender.ts";

const NO_DEBTS: ReadonlySet<number> = new Set();

/** Asks other replicas beside a slow node, for exactly its shards. */
export class Hedger {
  readonly #input: ScatterInput;
  readonly #context: ScatterContext;
  readonly #candidates: Candidates;
  readonly #sender: Sender;
  #fired = 0;
  #won = 0;

  constructor(
    input: ScatterInput,
    context: ScatterContext,
    parts: { readonly candidates: Candidates; readonly sender: Sender },
  ) {
    this.#input = input;
    this.#context = context;
    this.#candidates = parts.candidates;
    this.#sender = parts.sender;
  }

  /** Times that others were asked in this scatter, and that they were first. */
  get counts(): { readonly fired: number; readonly won: number } {
    return { fired: this.#fired, won: this.#won };
  }

  /** What others answer for the shards of a request that is late; undefined when that brings nothing, or is not wanted. */
  hedge(sent: Sent, shards: readonly number[]): Promise<Harvest | undefined> | undefined {
    const { hedging, clock, deadline, nodesById } = this.#context;
    const { id } = sent.node;
    const delayMs = hedging?.delayMs({
      node: id,
      operation: this.#input.operation,
      peers: [...nodesById.keys()].filter((peer) => peer !== id),
      nowMs: clock.monotonic(),
      remainingMs: deadline.remainingMs,
    });
    if (delayMs === undefined) return undefined;
    return new Promise((resolve) => {
      const stop = clock.after(delayMs, () => {
        sent.flight.overdue();
        resolve(this.#fire(sent, shards));
      });
      void sent.harvest.then(() => {
        stop();
        resolve(undefined);
      });
    });
  }

  /** A cover of the shards by others, without debt, all of whom must answer. Whoever is second is not waited for. */
  async #fire(slow: Sent, shards: readonly number[]): Promise<Harvest | undefined> {
    const { hedging, clock } = this.#context;
    const cover = this.#input.cover(shards, new Set([...this.#candidates.excluded, slow.node.id]));
    if (cover.uncovered.length > 0 || cover.indebted.length > 0) return undefined;
    if (hedging?.fire([...cover.assignments.keys()], clock.monotonic()) !== true) return undefined;
    this.#fired += 1;
    const helpers = [...cover.assignments].map(([id, assigned]) =>
      this.#sender.send(id, assigned, { indebted: NO_DEBTS, hasOthers: true }),
    );
    let isOver = false;
    void slow.harvest.then((harvest) => {
      if (harvest !== undefined && !isOver) for (const helper of helpers) helper.leave();
      isOver ||= harvest !== undefined;
    });
    const harvests = await Promise.all(helpers.map(({ harvest }) => harvest));
    const whole = harvests.flatMap((harvest) => harvest ?? []);
    if (isOver || whole.length < helpers.length) return undefined;
    isOver = true;
    this.#overtake(slow);
    return gather(whole);
  }

  #overtake(slow: Sent): void {
    const { hedging, clock } = this.#context;
    slow.leave();
    this.#won += 1;
    hedging?.won();
    const wonMs = clock.monotonic();
    void slow.harvest.then(() => hedging?.saved(clock.monotonic() - wonMs));
  }
}
