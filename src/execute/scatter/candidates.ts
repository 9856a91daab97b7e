import type { Outcome } from "../attempt.ts";
import type { ScatterContext, ScatterInput } from "./scatter-input.ts";

/** Longest pause before a node that broke or was overloaded is asked a second time, in milliseconds. */
const LONGEST_PAUSE_MS = 2000;

/** Pause of an overloaded node that named none, and of one that broke. */
const OVERLOADED_PAUSE_MS = 100;
const BROKEN_PAUSE_MS = 20;

/** Pauses are made longer by up to this share, so that many clients do not come back at once. */
const JITTER = 0.25;

/** Which nodes may still be asked in the course of one scatter. */
export class Candidates {
  readonly #input: ScatterInput;
  readonly #context: ScatterContext;
  readonly #excluded = new Set<string>();
  /** Nodes that may be asked once more when nobody else is left, with the pause they need. */
  readonly #secondChances = new Map<string, number>();
  /** Nodes that got their second chance, and when they may be asked. */
  readonly #readmittedAt = new Map<string, number>();

  constructor(input: ScatterInput, context: ScatterContext) {
    this.#input = input;
    this.#context = context;
  }

  /** Nodes not to be asked again. */
  get excluded(): ReadonlySet<string> {
    return this.#excluded;
  }

  /** When a node that was let back in may be asked; undefined for one that was never excluded. */
  readmittedAt(id: string): number | undefined {
    return this.#readmittedAt.get(id);
  }

  /** Waits until a node that was let back in may be asked. */
  async waitFor(id: string): Promise<void> {
    const { clock, deadline } = this.#context;
    const pauseMs = (this.#readmittedAt.get(id) ?? 0) - clock.monotonic();
    if (pauseMs > 0) await clock.sleep(pauseMs, deadline.signal).catch(() => undefined);
  }

  /**
   * A request failed that was sent when the node had been let back in at `readmittedAt`: one from before says nothing about
   * its second chance.
   */
  failed(id: string, outcome: Outcome, readmittedAt: number | undefined): void {
    if (this.#readmittedAt.get(id) !== readmittedAt) return;
    this.#excluded.add(id);
    if (outcome.kind === "overloaded") this.#spareOverloaded();
    if (readmittedAt !== undefined) return;
    if (outcome.kind === "overloaded") this.#secondChances.set(id, outcome.retryAfterMs ?? OVERLOADED_PAUSE_MS);
    else if (outcome.kind === "broken" || (outcome.kind === "unknown" && outcome.silentMs === undefined))
      this.#secondChances.set(id, BROKEN_PAUSE_MS);
  }

  /** A cluster that has too much to do must not be asked everything once more: others that said so get their pause first. */
  #spareOverloaded(): void {
    const { fleet, clock, nodesById } = this.#context;
    for (const id of nodesById.keys()) {
      const pauseMs = fleet.overloadedForMs(id, clock.monotonic());
      if (pauseMs === 0 || this.#excluded.has(id) || this.#readmittedAt.has(id)) continue;
      this.#excluded.add(id);
      this.#secondChances.set(id, pauseMs);
    }
  }

  /** Lets those nodes with a second chance back in that hold some of these shards and can be asked soon enough. */
  readmit(shards: readonly number[]): boolean {
    const { clock, deadline, random } = this.#context;
    const longestMs = Math.min(LONGEST_PAUSE_MS, deadline.remainingMs / 2);
    let isAnybody = false;
    for (const [id, neededMs] of this.#secondChances) {
      const excluded = new Set(this.#excluded);
      excluded.delete(id);
      const helps = this.#input.cover(shards, excluded).assignments.has(id);
      if (neededMs > longestMs || !helps) continue;
      this.#secondChances.delete(id);
      this.#excluded.delete(id);
      this.#readmittedAt.set(id, clock.monotonic() + neededMs * (1 + JITTER * random.fraction()));
      isAnybody = true;
    }
    return isAnybody;
  }
}
