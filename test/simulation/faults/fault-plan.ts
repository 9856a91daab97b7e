import type { Chance } from "../kernel/chance.ts";
import type { Mend, Victims } from "./fault.ts";
import { FAULTS, type FaultKind } from "./faults.ts";

/** Share of the kinds of faults that a run does without. */
const ABSENT_SHARE = 0.35;

/** How many times as often as usual a kind may happen. */
const TIMES = [0.5, 1, 1, 4] as const;

/** Share of the steps of a job upon which a fault begins at once. */
const AMBUSHED_SHARE = 0.6;

/** Longest time between the step and the fault, in milliseconds. */
const LATEST_AMBUSH_MS = 150;

/** How faults come. */
export interface FaultPlanOptions {
  /** Longest time until the next one begins, in milliseconds. */
  readonly longestGapMs: number;
  /** Whether some kinds are absent, and others more frequent than usual. */
  readonly isMixed: boolean;
}

/**
 * Begins faults, one after the other and several at once, and mends each after its time. A run may have a mix of its own
 * (swarm testing): some kinds are absent, so that others get as far as where they hurt.
 */
export class FaultPlan {
  readonly #victims: Victims;
  readonly #chance: Chance;
  readonly #open = new Set<Mend>();
  readonly #longestGapMs: number;
  readonly #weights: Weights;
  readonly #ambushes: Weights;
  #isOver = false;

  constructor(victims: Victims, chance: Chance, { longestGapMs, isMixed }: FaultPlanOptions) {
    this.#victims = victims;
    this.#longestGapMs = longestGapMs;
    this.#chance = chance;
    this.#weights = mixOf(chance, { isMixed, weightOf: ({ weight }) => weight });
    this.#ambushes = mixOf(chance, { isMixed, weightOf: ({ ambush = 1 }) => ambush });
    this.#next();
  }

  /** Mends everything and begins nothing more. */
  heal(): void {
    this.#isOver = true;
    for (const mend of [...this.#open]) mend();
    this.#victims.wire.network.calm();
    this.#victims.wire.history.note("all is healed");
  }

  /** A job has come to its next step: many bugs show only when something goes wrong just then. */
  ambush(): void {
    if (!this.#chance.happens(AMBUSHED_SHARE)) return;
    this.#victims.wire.timeline.after(this.#chance.between(0, LATEST_AMBUSH_MS), () => {
      if (!this.#isOver) this.#begin(this.#ambushes);
    });
  }

  #next(): void {
    const { timeline } = this.#victims.wire;
    timeline.after(this.#chance.between(50, this.#longestGapMs), () => {
      if (this.#isOver) return;
      this.#begin(this.#weights);
      this.#next();
    });
  }

  #begin(weights: Weights): void {
    const { wire } = this.#victims;
    const begun = FAULTS[Number(this.#chance.weigh(weights))]?.begin(this.#victims, this.#chance);
    if (begun === undefined) return;
    const mend = () => {
      if (!this.#open.delete(mend)) return;
      begun.mend();
    };
    this.#open.add(mend);
    wire.timeline.after(begun.lastsMs, mend);
  }
}

/** How often each kind of fault is chosen, by its place in the list. */
type Weights = Readonly<Record<string, number>>;

interface Mix {
  readonly isMixed: boolean;
  weightOf(kind: FaultKind): number;
}

function mixOf(chance: Chance, { isMixed, weightOf }: Mix): Weights {
  const share = () => (chance.happens(ABSENT_SHARE) ? 0 : chance.pick(TIMES));
  return Object.fromEntries(FAULTS.map((kind, at) => [at, weightOf(kind) * (isMixed ? share() : 1)]));
}
