import { DocSet } from "../doc-set.ts";
import type { WordNumber } from "../index/words.ts";
import { typosOf } from "./build-term.ts";
import type { SearchContext } from "./context.ts";
import { pairDistances } from "./distances.ts";
import type { QueryGraph } from "./graph.ts";
import { type Phrase, subsetKey, type TermSubset } from "./term.ts";

/** Words are compared within windows of this many words of a phrase. */
const PHRASE_WINDOW = 3;

/** The single words a subset stands for; of a common prefix only those that are counted apart from it. */
export interface SubsetWords {
  /** Written by the user, or beginning with what they wrote. */
  readonly original: readonly WordNumber[];
  /** Beginning with a common prefix; they never count as turned round. */
  readonly commonPrefix: readonly WordNumber[];
  /** With typos. */
  readonly derived: readonly WordNumber[];
}

/** The single words of a subset. */
export function subsetWords(context: SearchContext, subset: TermSubset): SubsetWords {
  const { term, zeroTypo } = subset;
  const original: WordNumber[] = zeroTypo !== "none" && term.exact !== undefined ? [term.exact] : [];
  const common = term.isCommonPrefix && zeroTypo !== "none" ? term.prefixOf : [];
  if (zeroTypo === "all" && !term.isCommonPrefix) original.push(...term.prefixOf);
  const derived: WordNumber[] = [];
  if (subset.oneTypo) derived.push(...typosOf(context, term).oneTypo);
  if (subset.twoTypos) derived.push(...typosOf(context, term).twoTypos);
  return { original, commonPrefix: common, derived };
}

/** The phrases of a subset: as written, synonyms, split words. */
export function subsetPhrases(context: SearchContext, subset: TermSubset): Phrase[] {
  const { term } = subset;
  const phrases = [...(term.phrase === undefined ? [] : [term.phrase]), ...term.synonyms];
  const split = subset.oneTypo ? typosOf(context, term).split : undefined;
  if (split !== undefined) phrases.push(split);
  return phrases;
}

/** The documents that match a subset in the fields that are searched. */
export function subsetDocs(context: SearchContext, subset: TermSubset): DocSet {
  const key = subsetKey(subset);
  const known = context.termDocs.get(key);
  if (known !== undefined) return known;
  const isNgram = subset.term.ngramWords !== undefined;
  const words = subsetWords(context, subset);
  let docs = DocSet.empty();
  for (const word of words.original) context.addWordDocs(word, isNgram, docs);
  for (const word of words.commonPrefix) context.addWordDocs(word, isNgram, docs);
  for (const word of words.derived) context.addWordDocs(word, true, docs);
  for (const phrase of subsetPhrases(context, subset)) docs = docs.or(phraseDocs(context, phrase));
  context.termDocs.set(key, docs);
  return docs;
}

/** The documents in which the words of a phrase stand near enough to each other, pair by pair. */
export function phraseDocs(context: SearchContext, phrase: Phrase): DocSet {
  let docs = context.phraseDocs.get(phrase);
  if (docs === undefined) {
    docs = findPhrase(context, phrase);
    context.phraseDocs.set(phrase, docs);
  }
  return docs;
}

/** The documents that match some path through the graph. */
export function graphDocs(context: SearchContext, graph: QueryGraph, universe: DocSet): DocSet {
  const docsByNode = new Map<number, DocSet>();
  const reach = (id: number): DocSet => {
    const known = docsByNode.get(id);
    if (known !== undefined) return known;
    const node = graph.nodes[id];
    let docs = DocSet.empty();
    for (const previous of node?.predecessors ?? []) docs = docs.or(reach(previous));
    if (id === graph.start) docs = universe;
    else if (node?.term !== undefined) docs = docs.and(subsetDocs(context, node.term.subset));
    docsByNode.set(id, docs);
    return docs;
  };
  return reach(graph.end);
}

function findPhrase(context: SearchContext, phrase: Phrase): DocSet {
  let docs: DocSet | undefined;
  for (const word of phrase.words) {
    if (word === undefined) continue;
    docs = docs?.and(context.wordDocs(word)) ?? context.wordDocs(word);
  }
  if (docs === undefined) return DocSet.empty();
  for (const { left, right, gap } of phrasePairs(phrase)) {
    if (docs.isEmpty) break;
    docs = docsWithin(context, { left, right, gap }, docs);
  }
  return docs;
}

function* phrasePairs(phrase: Phrase): Iterable<{ left: string; right: string; gap: number }> {
  for (const [start, left] of phrase.words.entries()) {
    for (let gap = 1; gap < PHRASE_WINDOW; gap += 1) {
      const right = phrase.words[start + gap];
      if (left !== undefined && right !== undefined) yield { left, right, gap };
    }
  }
}

function docsWithin(context: SearchContext, pair: { left: string; right: string; gap: number }, among: DocSet): DocSet {
  const left = context.index.words.find(pair.left);
  const right = context.index.words.find(pair.right);
  const docs = DocSet.empty();
  if (left === undefined || right === undefined) return docs;
  const visit = (docid: number, distance: { forward: number }): void => {
    if (distance.forward <= pair.gap) docs.add(docid);
  };
  pairDistances(context, { left: [left], right: [right] }, { among, visit });
  return docs;
}
