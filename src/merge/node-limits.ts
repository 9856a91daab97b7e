import type { JsonObject } from "../core/types.ts";
import type { SearchView } from "./search-view.ts";
import { refusedPaging } from "./search-window.ts";
import type { MergePlan } from "./shard-request.ts";

/** Most searches that may have to ask a node again, as a fraction. */
const MOST_TOP_UPS = 0.01;

/** From this part of the whole list on, asking for less saves too little. */
const WORTH_LIMITING = 0.85;

/** Shorter lists are asked for whole. */
const SHORTEST_LIMITED = 5;

/** What {@link nodeLimit} goes by. */
export interface NodeShare {
  /** Length at which the merged list is complete. */
  readonly required: number;
  /** The node's part of the shards asked, above 0 and at most 1. */
  readonly share: number;
  /** Standard deviations that were found to be needed beyond what chance explains, 0 or more. */
  readonly widening?: number;
}

/**
 * How many hits to ask a node for. Documents are spread by a hash of their ids, so a node with a given share of the shards
 * holds a binomially distributed number of the hits before the last one needed: the smallest limit is chosen that this
 * number reaches with a probability of at most 1 % × share, which makes at most 1 % for all nodes together, whatever their
 * number.
 */
export function nodeLimit({ required, share, widening = 0 }: NodeShare): number {
  if (required < SHORTEST_LIMITED || share >= 1) return required;
  const deviation = Math.ceil(Math.sqrt(required * share * (1 - share)));
  const limit = rarelyReached(required - 1, share) + widening * deviation;
  return limit > WORTH_LIMITING * required ? required : limit;
}

/** Results by trials and share; there are few shares, and most searches have one of few windows. */
const known = new Map<string, number>();
const MOST_KNOWN = 2000;

/** The smallest count that a binomial variable reaches with a probability of at most 1 % × share. */
function rarelyReached(trials: number, share: number): number {
  const key = `${trials} ${share}`;
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const budget = MOST_TOP_UPS * share;
  // From the largest count down, in logarithms: the probabilities of long lists are too small for numbers.
  let count = trials;
  let logOfOne = trials * Math.log(share);
  let tail = Math.exp(logOfOne);
  while (tail <= budget) {
    logOfOne += Math.log(count / (trials - count + 1)) + Math.log((1 - share) / share);
    count -= 1;
    tail += Math.exp(logOfOne);
  }
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, count + 1);
  return count + 1;
}

/**
 * Whether nodes can be asked for less than the whole list without changing the answer: totals must not depend on how many
 * hits are looked at (distinct, threshold), nor the list's beginning on its length (search by vector, pinned hits).
 */
export function isLimitable(
  request: JsonObject,
  { plan, view }: { readonly plan: MergePlan; readonly view: SearchView },
): boolean {
  const isPlain = ["rankingScoreThreshold", "hybrid", "vector", "media"].every(
    (name) => (request[name] ?? null) === null,
  );
  return (
    isPlain &&
    plan.distinct === null &&
    view.searchRules === undefined &&
    request["matchingStrategy"] !== "frequency" &&
    Object.keys(refusedPaging(request)).length === 0
  );
}
