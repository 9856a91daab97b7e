import type { DocSet } from "../doc-set.ts";
import { bucketedPosition } from "../index/positions.ts";
import type { WordNumber } from "../index/words.ts";
import type { SearchContext } from "../query/context.ts";
import { phraseDocs, subsetPhrases, subsetWords } from "../query/resolve.ts";
import { type LocatedTerm, termCount } from "../query/term.ts";
import type { GraphRuleKind } from "./graph-rule.ts";
import { CostNotes } from "./ways.ts";

/** Costs by distance: up to this distance, this cost; beyond, MAX_COST. */
const COSTS = [
  [0, 0],
  [1, 1],
  [4, 2],
  [7, 3],
  [11, 4],
  [16, 5],
  [24, 6],
  [64, 7],
  [256, 8],
  [1024, 9],
] as const;
const MAX_COST = 10;

/** `wordPosition`: the nearer a term stands to the place it has in the query, counted from the field's start, the better. */
export const wordPosition: GraphRuleKind = {
  ways(context, { to, universe }) {
    const notes = new CostNotes();
    notePositions(context, to, { universe, note: (docid, cost) => notes.note(docid, cost) });
    return {
      maxCost: MAX_COST * termCount(to),
      costOf: (docid) => notes.costOf(docid),
      step: () => ({ from: undefined, to }),
    };
  },
  score: (rank) => ({ rule: "wordPosition", ...rank }),
};

interface Target {
  readonly universe: DocSet;
  readonly note: (docid: number, cost: number) => void;
}

function notePositions(context: SearchContext, to: LocatedTerm, target: Target): void {
  const { original, commonPrefix, derived } = subsetWords(context, to.subset);
  noteWords(context, [[...original, ...commonPrefix, ...derived], to], target);
  for (const phrase of subsetPhrases(context, to.subset)) {
    const text = phrase.words.find((word) => word !== undefined);
    const word = text === undefined ? undefined : context.index.words.find(text);
    const universe = target.universe.and(phraseDocs(context, phrase));
    if (word !== undefined) noteWords(context, [[word], to], { ...target, universe });
  }
}

function noteWords(
  context: SearchContext,
  [words, to]: readonly [readonly WordNumber[], LocatedTerm],
  { universe, note }: Target,
): void {
  if (words.length === 0) return;
  const marks = context.borrowMarks();
  for (const word of words) marks[word] = 1;
  for (const docid of universe) {
    for (const { pairs } of context.index.wordsOf(docid)) {
      for (let i = 0; i < pairs.length; i += 2) {
        if (marks[pairs[i] ?? 0] === 1) note(docid, costAt(pairs[i + 1] ?? 0, to));
      }
    }
  }
  for (const word of words) marks[word] = 0;
}

function costAt(position: number, to: LocatedTerm): number {
  const distance = Math.abs(bucketedPosition(position) - to.positions[0]);
  let cost = 0;
  for (let i = 0; i < termCount(to); i += 1) cost += costOfDistance(distance + i);
  return cost;
}

function costOfDistance(distance: number): number {
  return COSTS.find(([limit]) => distance <= limit)?.[1] ?? MAX_COST;
}
