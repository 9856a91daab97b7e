import type { JsonObject } from "../../core/types.ts";
import { numberOf } from "../answer-shape.ts";
import { type Rank, type RuleGroup, ruleGroups } from "./score-group.ts";
import type { WeightedKey, WeightedValue } from "./weighted-value.ts";

/** A query as far as its hits' places among those of other queries go. */
export interface WeightedQuery {
  readonly position: number;
  readonly weight: number;
  /** The nodes' hits, from which the number of places of a rule is learned. */
  readonly lists: readonly (readonly JsonObject[])[];
  /** False when hits carry no rule values: an empty query without sorts. */
  readonly ordered: boolean;
}

/** How the hits of one query compare to those of others. */
export interface WeightedKeys {
  keyOf(hit: JsonObject): WeightedKey;
  /** True when nodes know different misspellings, or a score could not be taken apart: keys are then estimates. */
  isEstimated(): boolean;
}

/**
 * Makes the function that computes what one server would compare a query's hits by. Scores of nodes are fractions of each
 * node's own places: the places for misspellings depend on the words that the node knows. They are written as fractions
 * of the largest number of places among the nodes, as on a server that knows all words.
 */
export function weightedKeys({ position, weight, lists, ordered }: WeightedQuery): WeightedKeys {
  const places = new TypoPlaces();
  if (ordered) for (const list of lists) for (const hit of list) places.learn(ruleGroups(hit["_rankingScoreDetails"]));
  let isEstimated = places.differ;
  return {
    keyOf(hit) {
      const own = numberOf(hit["_rankingScore"], "`_rankingScore`");
      const score = own * weight;
      if (!ordered) return { values: [], score, position };
      const groups = ruleGroups(hit["_rankingScoreDetails"]);
      const lastRanks = groups.findLastIndex(({ kind }) => kind === "ranks");
      const values = groups.map((group, at): WeightedValue => {
        if (group.kind !== "ranks") return group;
        const isWhole = at === lastRanks && groups.slice(0, at).every(({ kind }) => kind !== "ranks");
        const known = groupScore(group.ranks, isWhole ? own : undefined, places);
        isEstimated ||= known === undefined;
        return { kind: "score", score: (known ?? own) * weight };
      });
      return { values, score, position };
    },
    isEstimated: () => isEstimated,
  };
}

/** The number of places for misspellings, by what the rules before it say. */
class TypoPlaces {
  readonly #maxByPrefix = new Map<string, number>();
  differ = false;

  learn(groups: readonly RuleGroup[]): void {
    for (const group of groups) {
      if (group.kind !== "ranks") continue;
      const at = group.ranks.findIndex(({ isTypo }) => isTypo === true);
      const max = group.ranks[at]?.max;
      if (max === undefined) continue;
      const prefix = prefixOf(group.ranks, at);
      const known = this.#maxByPrefix.get(prefix);
      if (known !== undefined && known !== max) this.differ = true;
      this.#maxByPrefix.set(prefix, Math.max(known ?? 0, max));
    }
  }

  /** The rank at this place as a fraction of the largest number of places. */
  widened(ranks: readonly Rank[], at: number): Rank | undefined {
    const rank = ranks[at];
    if (rank?.isTypo !== true || rank.max === undefined) return rank;
    const max = this.#maxByPrefix.get(prefixOf(ranks, at)) ?? rank.max;
    return { ratio: (rank.ratio * rank.max + max - rank.max) / max, max };
  }
}

function prefixOf(ranks: readonly Rank[], end: number): string {
  return ranks
    .slice(0, end)
    .map(({ ratio }) => ratio)
    .join();
}

/**
 * The score of a group: each rank counts only among hits that are equal in those before it. A group that is all of the
 * hit's ranks has the hit's own score, of which only what stands before the last known rank has to be computed again.
 */
function groupScore(ranks: readonly Rank[], own: number | undefined, places: TypoPlaces): number | undefined {
  const unknown = ranks.slice(0, -1).findIndex(({ max }) => max === undefined);
  const isTypoBehind = unknown >= 0 && ranks.slice(unknown).some(({ isTypo }) => isTypo === true);
  if (unknown >= 0 && (own === undefined || isTypoBehind)) return undefined;
  const known = unknown < 0 ? ranks.length - 1 : unknown;
  let score = unknown < 0 ? (places.widened(ranks, ranks.length - 1)?.ratio ?? 0) : tailOf(ranks, unknown, own ?? 0);
  for (let at = known - 1; at >= 0; at--) {
    const rank = places.widened(ranks, at);
    const max = rank?.max ?? 1;
    score = (Math.max(0, (rank?.ratio ?? 0) * max - 1) + score) / max;
  }
  return score;
}

/** What is left of a whole score behind its first `count` ranks. */
function tailOf(ranks: readonly Rank[], count: number, own: number): number {
  let tail = own;
  for (const { ratio, max = 1 } of ranks.slice(0, count)) tail = tail * max - Math.max(0, ratio * max - 1);
  return tail;
}
