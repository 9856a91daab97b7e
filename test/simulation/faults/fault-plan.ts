import type { Chance } from "../kernel/chance.ts";
import { FAULTS, type Mend, type Victims } from "./faults.ts";

/** Begins faults, one after the other and several at once, and mends each after its time. */
export class FaultPlan {
  readonly #victims: Victims;
  readonly #chance: Chance;
  readonly #open = new Set<Mend>();
  readonly #longestGapMs: number;
  #isOver = false;

  /** @param longestGapMs longest time until the next fault begins, in milliseconds */
  constructor(victims: Victims, chance: Chance, longestGapMs: number) {
    this.#victims = victims;
    this.#longestGapMs = longestGapMs;
    this.#chance = chance;
    this.#next();
  }

  /** Mends everything and begins nothing more. */
  heal(): void {
    this.#isOver = true;
    for (const mend of [...this.#open]) mend();
    this.#victims.wire.network.calm();
    this.#victims.wire.history.note("all is healed");
  }

  #next(): void {
    const { timeline } = this.#victims.wire;
    timeline.after(this.#chance.between(50, this.#longestGapMs), () => {
      if (this.#isOver) return;
      this.#begin();
      this.#next();
    });
  }

  #begin(): void {
    const { wire } = this.#victims;
    const weights = Object.fromEntries(FAULTS.map(({ weight }, at) => [String(at), weight]));
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
