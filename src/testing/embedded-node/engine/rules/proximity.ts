import type { DocSet } from "../doc-set.ts";
import type { WordNumber } from "../index/words.ts";
import type { SearchContext } from "../query/context.ts";
import { FAR, pairDistances } from "../query/distances.ts";
import { phraseDocs, subsetDocs, subsetPhrases, subsetWords } from "../query/resolve.ts";
import { type Phrase, type TermSubset, termCount } from "../query/term.ts";
import type { GraphRuleKind } from "./graph-rule.ts";
import { anyWay, CostNotes } from "./ways.ts";

/** Costs: 0 side by side, up to 2; 3 is any distance. A term that glues words costs one more for each space. */
const FARTHEST = FAR - 1;

/** `proximity`: the nearer the terms stand to each other, in the query's order, the better. */
export const proximity: GraphRuleKind = {
  ways(context, { from, to, universe }) {
    const glued = termCount(to) - 1;
    if (from === undefined || from.positions[1] + 1 !== to.positions[0]) return anyWay(context, to, glued);
    const near = new CostNotes();
    noteDistances(context, [from.subset, to.subset], {
      universe,
      glued,
      note: (docid, cost) => near.note(docid, cost),
    });
    const matching = subsetDocs(context, to.subset);
    return {
      maxCost: FARTHEST + glued,
      costOf: (docid) => near.costOf(docid) ?? (matching.has(docid) ? FARTHEST + glued : undefined),
      step: (cost) => ({ from: cost < FARTHEST + glued ? from : undefined, to }),
    };
  },
  score: (rank) => ({ rule: "proximity", ...rank }),
};

interface Target {
  readonly universe: DocSet;
  readonly note: (docid: number, cost: number) => void;
  /** Words that the right term glues together beyond one. */
  readonly glued: number;
}

/** One side of a pair: words, and for phrases the word that faces the other side. */
interface Side {
  readonly words: readonly WordNumber[];
  /** Words that count when the pair stands the other way round. */
  readonly turned: readonly WordNumber[];
  /** Set for phrases: only documents with the whole phrase count, never turned round. */
  readonly phrase?: Phrase;
}

function noteDistances(context: SearchContext, [left, right]: readonly [TermSubset, TermSubset], target: Target): void {
  for (const leftSide of sides(context, left, "last")) {
    for (const rightSide of sides(context, right, "first")) notePair(context, [leftSide, rightSide], target);
  }
}

function notePair(context: SearchContext, [left, right]: readonly [Side, Side], target: Target): void {
  if (left.words.length === 0 || right.words.length === 0) return;
  const hasPhrase = left.phrase !== undefined || right.phrase !== undefined;
  let among = target.universe;
  for (const { phrase } of [left, right]) if (phrase !== undefined) among = among.and(phraseDocs(context, phrase));
  if (among.isEmpty) return;
  const pair = hasPhrase
    ? { left: left.words, right: right.words }
    : { left: left.words, right: right.words, leftBack: left.turned, rightBack: right.turned };
  pairDistances(context, pair, {
    among,
    visit(docid, { forward, backward }) {
      const cost = Math.min(forward - 1, backward) + target.glued;
      if (cost < target.glued + FARTHEST) target.note(docid, cost);
    },
  });
}

function sides(context: SearchContext, subset: TermSubset, facing: "first" | "last"): Side[] {
  const { original, commonPrefix, derived } = subsetWords(context, subset);
  const turned = [...original, ...derived];
  const found: Side[] = [{ words: [...turned, ...(facing === "first" ? commonPrefix : [])], turned }];
  for (const phrase of subsetPhrases(context, subset)) {
    const text = facing === "first" ? phrase.words[0] : phrase.words.at(-1);
    const word = text === undefined ? undefined : context.index.words.find(text);
    if (word !== undefined) found.push({ words: [word], turned: [], phrase });
  }
  return found;
}
