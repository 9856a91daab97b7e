import type { JsonObject } from "../../core/types.ts";
import { numberOf } from "../answer-shape.ts";
import { foldRanks, resolveRanks } from "./resolve-ranks.ts";
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
      const scores = groupScores(groups, own, places);
      isEstimated ||= scores === undefined;
      const values = groups.map((group, at): WeightedValue => {
        if (group.kind === "vector") return { kind: "score", score: group.similarity * weight };
        return group.kind === "ranks" ? { kind: "score", score: (scores?.[at] ?? own) * weight } : group;
      });
      return { values, score, position };
    },
    isEstimated: () => isEstimated,
  };
}

/** The score of each group by its place among all; undefined when the hit's score cannot be taken apart. */
function groupScores(groups: readonly RuleGroup[], own: number, places: TypoPlaces): number[] | undefined {
  const ranksOf = (group: RuleGroup) => (group.kind === "ranks" ? group.ranks : []);
  // Where a vector decides, the score is the likeness to it, and no rule but one cut off comes beside it.
  if (groups.some(({ kind }) => kind === "vector")) return groups.map((group) => foldRanks(ranksOf(group), 1) ?? 0);
  const isWhole = groups.filter(({ kind }) => kind === "ranks").length === 1;
  if (isWhole && !places.differ) return groups.map(() => own);
  const resolved = resolveRanks(groups.flatMap(ranksOf), own);
  if (resolved === undefined) return undefined;
  let start = 0;
  const scores = groups.map((group) => {
    const end = start + ranksOf(group).length;
    const score = foldRanks(places.widened(resolved.slice(start, end)), 1);
    start = end;
    return score;
  });
  return scores.every((score) => score !== undefined) ? scores : undefined;
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
      const prefix = prefixOf(group.ranks.slice(0, at));
      const known = this.#maxByPrefix.get(prefix);
      if (known !== undefined && known !== max) this.differ = true;
      this.#maxByPrefix.set(prefix, Math.max(known ?? 0, max));
    }
  }

  /** A group's ranks with misspellings as a fraction of the largest number of places. */
  widened(ranks: readonly Rank[]): readonly Rank[] {
    return ranks.map((rank, at) => {
      if (rank.isTypo !== true || rank.max === undefined) return rank;
      const max = this.#maxByPrefix.get(prefixOf(ranks.slice(0, at))) ?? rank.max;
      return { ratio: (rank.ratio * rank.max + max - rank.max) / max, max };
    });
  }
}

function prefixOf(before: readonly Rank[]): string {
  return before.map(({ ratio }) => ratio).join();
}
