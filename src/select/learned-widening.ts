/**
 * A search with a top-up weighs as much as so many without: 2 % of top-ups keep the balance. Chance alone makes up to 1 %,
 * which must not look like skew.
 */
const WEIGHT = 50;

/** Balance at which an index gets wider limits, and at which narrower ones are tried again. */
const WIDEN_AT = 4 * WEIGHT;
const NARROW_AT = -40 * WEIGHT;

/** Indexes remembered; the ones not searched for longest are forgotten. */
const MOST_INDEXES = 1000;

interface Learned {
  widening: number;
  balance: number;
}

/**
 * How much wider than chance explains the limits of an index's searches must be, learned from how often a node had to be
 * asked again: hits that belong together may be skewed, by ties or by few values. Nothing here goes by time or chance.
 */
export class LearnedWidening {
  readonly #byIndex = new Map<string, Learned>();

  /** In standard deviations; 0 for an index that behaves as expected. */
  of(index: string): number {
    return this.#byIndex.get(index)?.widening ?? 0;
  }

  /** Notes whether a search with limits had to ask a node again. */
  learn(index: string, hadTopUp: boolean): void {
    const learned = this.#byIndex.get(index) ?? { widening: 0, balance: 0 };
    if (learned.widening === 0 && learned.balance === 0 && !hadTopUp) return;
    this.#byIndex.delete(index);
    this.#byIndex.set(index, adjusted(learned, hadTopUp));
    const [oldest] = this.#byIndex.keys();
    if (this.#byIndex.size > MOST_INDEXES && oldest !== undefined) this.#byIndex.delete(oldest);
  }
}

function adjusted({ widening, balance }: Learned, hadTopUp: boolean): Learned {
  const next = balance + (hadTopUp ? WEIGHT : -1);
  if (next >= WIDEN_AT) return { widening: widening + 1, balance: 0 };
  if (next > NARROW_AT && (widening > 0 || next > 0)) return { widening, balance: next };
  return { widening: Math.max(0, widening - 1), balance: 0 };
}
