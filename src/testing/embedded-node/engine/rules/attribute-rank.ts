import type { DocSet } from "../doc-set.ts";
import type { FieldNumber } from "../index/searchable-fields.ts";
import type { SearchContext } from "../query/context.ts";
import { phraseDocs, subsetPhrases, subsetWords } from "../query/resolve.ts";
import { type TermSubset, termCount } from "../query/term.ts";
import type { GraphRuleKind } from "./graph-rule.ts";
import { CostNotes } from "./ways.ts";

/** `attributeRank`: the earlier in `searchableAttributes` the fields that hold the terms, the better. */
export const attributeRank: GraphRuleKind = {
  ways(context, { to, universe }) {
    const count = termCount(to);
    const costOfField = (field: FieldNumber): number => (context.index.fields.at(field)?.weight ?? 0) * count;
    const notes = new CostNotes();
    const noteDoc = (docid: number, field: FieldNumber): void => {
      if (universe.has(docid) && context.searches(field)) notes.note(docid, costOfField(field));
    };
    noteWords(context, to.subset, noteDoc);
    notePhrases(context, to.subset, noteDoc);
    const known = [...fieldsOf(context, to.subset)].map(costOfField);
    return {
      maxCost: Math.max(0, (context.index.fields.maxWeight ?? 0) * count, ...known),
      costOf: (docid) => notes.costOf(docid),
      step: () => ({ from: undefined, to }),
    };
  },
  score: (rank) => ({ rule: "attributeRank", ...rank }),
};

type NoteDoc = (docid: number, field: FieldNumber) => void;

function noteWords(context: SearchContext, subset: TermSubset, noteDoc: NoteDoc): void {
  const { original, commonPrefix, derived } = subsetWords(context, subset);
  for (const list of [original, commonPrefix, derived]) {
    for (const word of list) {
      for (const [field, docids] of context.index.postings(word)) for (const docid of docids) noteDoc(docid, field);
    }
  }
}

/** A phrase counts for the field of its first word. */
function notePhrases(context: SearchContext, subset: TermSubset, noteDoc: NoteDoc): void {
  for (const phrase of subsetPhrases(context, subset)) {
    const docs: DocSet = phraseDocs(context, phrase);
    for (const [field, docids] of firstWordPostings(context, phrase.words)) {
      for (const docid of docids) if (docs.has(docid)) noteDoc(docid, field);
    }
  }
}

function firstWordPostings(
  context: SearchContext,
  words: readonly (string | undefined)[],
): ReadonlyMap<FieldNumber, readonly number[]> {
  const text = words.find((word) => word !== undefined);
  const word = text === undefined ? undefined : context.index.words.find(text);
  return word === undefined ? new Map() : context.index.postings(word);
}

/** The fields that hold any of a subset's words, in any document. */
function fieldsOf(context: SearchContext, subset: TermSubset): Set<FieldNumber> {
  const { original, commonPrefix, derived } = subsetWords(context, subset);
  const phraseWords = subsetPhrases(context, subset).flatMap((phrase) =>
    phrase.words.flatMap((text) => (text === undefined ? [] : [context.index.words.find(text)])),
  );
  const fields = new Set<FieldNumber>();
  for (const list of [original, commonPrefix, derived, phraseWords]) {
    for (const word of list)
      if (word !== undefined) for (const field of context.index.postings(word).keys()) fields.add(field);
  }
  return fields;
}
