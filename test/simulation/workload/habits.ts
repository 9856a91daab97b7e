import type { Chance } from "../kernel/chance.ts";
import type { CorpusSize } from "./corpus.ts";

/** How the users of a run work. */
export interface Habits {
  readonly corpus: CorpusSize;
  /** Share of the writes that name more than one document. */
  readonly severalShare: number;
  /** Share of the calls that follow the one before at once. */
  readonly burstShare: number;
  /** Share of the calls that are about indexes whose names are swapped; 0 where there are none. */
  readonly swapShare: number;
}

/** Those of a run: where there are few documents, writes meet often. */
export function habitsOf(chance: Chance): Habits {
  return {
    corpus: chance.pick([
      { perOwner: 4, shared: 3 },
      { perOwner: 4, shared: 3 },
      { perOwner: 2, shared: 1 },
      { perOwner: 1, shared: 1 },
      { perOwner: 3, shared: 0 },
    ]),
    severalShare: chance.pick([0.1, 0.2, 0.6]),
    burstShare: chance.pick([0.1, 0.3, 0.6]),
    swapShare: chance.pick([0, 0, 0, 0.2]),
  };
}
